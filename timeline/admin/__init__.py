"""Admin pages of the timeline."""

from timeline.admin import fleets, messages, notifications, pins, posts

__all__ = ["fleets", "messages", "notifications", "pins", "posts"]
