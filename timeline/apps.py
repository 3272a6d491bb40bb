from django.apps import AppConfig


class TimelineConfig(AppConfig):
    name = "timeline"

    def ready(self) -> None:
        from spaces.moderation.evidence import register_posts
        from timeline import exports, receivers  # noqa: F401 - importing registers them; models must be loaded first
        from timeline.evidence import Posts

        exports.register()
        register_posts(Posts())
