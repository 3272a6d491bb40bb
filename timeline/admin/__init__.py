"""Admin pages of the timeline."""

from timeline.admin import fleets, messages, notifications, pictures, pins, posts, site

__all__ = ["fleets", "messages", "notifications", "pictures", "pins", "posts", "site"]
