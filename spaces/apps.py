from django.apps import AppConfig


class SpacesConfig(AppConfig):
    name = "spaces"

    def ready(self) -> None:
        # Importing registers them. Django and Celery would look for admin and tasks beside this file.
        from accounts.services import purge_exports
        from spaces.doors import admin, checks, receivers, tasks  # noqa: F401
        from spaces.moderation import purge
        from spaces.recordings import clips, expiry

        purge.register("clips", clips.purge)  # before the replays that they are a part of, so that both are counted
        purge.register("recordings", expiry.purge)
        purge.register("account_exports", purge_exports)
