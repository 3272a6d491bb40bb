"""The views of `reach`."""

from timeline.reach.views.app import manifest, offline, root_icon, service_worker
from timeline.reach.views.notifications import (
    notification_settings,
    send_test,
    subscribe,
    unsubscribe,
    unsubscribe_browser,
)

__all__ = [
    "manifest",
    "notification_settings",
    "offline",
    "root_icon",
    "send_test",
    "service_worker",
    "subscribe",
    "unsubscribe",
    "unsubscribe_browser",
]
