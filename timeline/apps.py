from django.apps import AppConfig


class TimelineConfig(AppConfig):
    name = "timeline"

    def ready(self) -> None:
        from timeline import exports, receivers  # noqa: F401 - importing registers them; models must be loaded first

        exports.register()
