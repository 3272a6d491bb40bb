from timeline.models.bookmark import Bookmark
from timeline.models.fleet import BACKGROUNDS, FLEET_LENGTH, Fleet, FleetKind, FleetView
from timeline.models.message import MESSAGE_LENGTH, Message, Thread, ThreadSide
from timeline.models.notification import Notification, NotificationKind
from timeline.models.picture import ALT_LENGTH, PICTURES_OF_A_POST, PostPicture
from timeline.models.pin import PinnedPost
from timeline.models.post import TEXT_LENGTH, Like, Post
from timeline.models.site import SITE_TEXT_LENGTH, SiteText, SiteTextKind
from timeline.models.tag import TAG_LENGTH, PostTag
from timeline.models.version import PostVersion

__all__ = [
    "ALT_LENGTH",
    "BACKGROUNDS",
    "FLEET_LENGTH",
    "MESSAGE_LENGTH",
    "PICTURES_OF_A_POST",
    "SITE_TEXT_LENGTH",
    "TAG_LENGTH",
    "TEXT_LENGTH",
    "Bookmark",
    "Fleet",
    "FleetKind",
    "FleetView",
    "Like",
    "Message",
    "Notification",
    "NotificationKind",
    "PinnedPost",
    "Post",
    "PostPicture",
    "PostTag",
    "PostVersion",
    "SiteText",
    "SiteTextKind",
    "Thread",
    "ThreadSide",
]
