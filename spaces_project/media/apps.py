from django.apps import AppConfig


class MediaConfig(AppConfig):
    name = "spaces_project.media"
    default_auto_field = "django.db.models.BigAutoField"
