from django.apps import AppConfig


class ReachConfig(AppConfig):
    name = "timeline.reach"

    def ready(self) -> None:
        from timeline.reach import exports, receivers  # noqa: F401 - importing registers them; models must be loaded first

        exports.register()
