from timeline.models.fleet import BACKGROUNDS, FLEET_LENGTH, Fleet, FleetKind, FleetView
from timeline.models.message import MESSAGE_LENGTH, Message, Thread, ThreadSide
from timeline.models.notification import Notification, NotificationKind
from timeline.models.pin import PinnedPost
from timeline.models.post import TEXT_LENGTH, Like, Post

__all__ = [
    "BACKGROUNDS",
    "FLEET_LENGTH",
    "MESSAGE_LENGTH",
    "TEXT_LENGTH",
    "Fleet",
    "FleetKind",
    "FleetView",
    "Like",
    "Message",
    "Notification",
    "NotificationKind",
    "PinnedPost",
    "Post",
    "Thread",
    "ThreadSide",
]
