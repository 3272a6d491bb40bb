from django.apps import AppConfig


class SpacesConfig(AppConfig):
    name = "spaces"

    def ready(self) -> None:
        from spaces import checks, receivers  # noqa: F401 - importing registers them; models must be loaded first
