from django.apps import AppConfig


class ReachConfig(AppConfig):
    name = "reach"

    def ready(self) -> None:
        from reach import receivers  # noqa: F401 - importing registers them; models must be loaded first
