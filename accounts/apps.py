from django.apps import AppConfig
from django.urls import register_converter

from accounts.converters import UsernameConverter
from spaces_project.common.ids import IdConverter


class AccountsConfig(AppConfig):
    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Registered here and not in `accounts.urls`: other apps have paths below a username too.
        register_converter(UsernameConverter, "username")
        register_converter(IdConverter, "id")
        from accounts import audit, checks, receivers  # noqa: F401 - importing registers them; models must be loaded first
