"""The views of `reach`."""

from timeline.reach.views.app import manifest, offline, root_icon, service_worker
from timeline.reach.views.calendar import calendar_feed, calendar_settings, space_calendar
from timeline.reach.views.notifications import (
    notification_settings,
    send_test,
    subscribe,
    unsubscribe,
    unsubscribe_browser,
)
from timeline.reach.views.pictures import clip_picture, profile_picture, space_picture
from timeline.reach.views.site import SITEMAPS, oembed, robots

__all__ = [
    "SITEMAPS",
    "calendar_feed",
    "calendar_settings",
    "clip_picture",
    "manifest",
    "notification_settings",
    "oembed",
    "offline",
    "profile_picture",
    "robots",
    "root_icon",
    "send_test",
    "service_worker",
    "space_calendar",
    "space_picture",
    "subscribe",
    "unsubscribe",
    "unsubscribe_browser",
]
