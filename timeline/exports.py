"""The timeline's part of the export of an account: what it stores about a user."""

from collections.abc import Iterator

from django.db.models.fields.files import FieldFile

from accounts.models import User
from spaces.moderation import exports
from spaces.moderation.exports import Rows
from timeline.models import Fleet, PostPicture


def register() -> None:
    """Register the sections below with the export of an account."""
    for name, rows in _SECTIONS.items():
        exports.register(name, rows)
    exports.register_pictures(_pictures)
    exports.leave_out(_LEFT_OUT)


def _pictures(user: User) -> Iterator[FieldFile]:
    for fleet in Fleet.objects.filter(author=user).order_by("pk"):
        if fleet.image:
            yield fleet.image
    for picture in PostPicture.objects.filter(post__author=user).order_by("pk"):
        yield picture.image


_SECTIONS = {
    "posts": Rows("timeline.Post.author", ("id", "text", "reply_to_id", "quote_of_id", "repost_of_id", "created_at")),
    "post_versions": Rows("timeline.PostVersion.post__author", ("post_id", "text", "written_at")),
    "post_pictures": Rows(
        "timeline.PostPicture.post__author", ("post_id", "position", "image", "width", "height", "alt", "created_at")
    ),
    "bookmarks": Rows("timeline.Bookmark.user", ("post_id", "created_at")),
    "likes": Rows("timeline.Like.user", ("post_id", "created_at")),
    "messages": Rows(
        "timeline.Message.sender",
        ("thread_id", "thread__first__username", "thread__second__username", "text", "created_at"),
    ),
    "fleets": Rows("timeline.Fleet.author", ("kind", "text", "image", "created_at")),
    "fleets_seen": Rows("timeline.FleetView.viewer", ("fleet_id", "seen_at")),
    "notifications": Rows("timeline.Notification.user", ("kind", "actor__username", "created_at", "seen_at")),
    "pins": Rows("timeline.PinnedPost.pinned_by", ("space__public_id", "post_id", "created_at")),
}

_LEFT_OUT = {
    "timeline.Thread.first": "the messages that you wrote name the two of you",
    "timeline.Thread.second": "the messages that you wrote name the two of you",
    "timeline.ThreadSide.user": "which messages are new; what others wrote to you is theirs",
    "timeline.ThreadSide.other": "which messages are new to others",
    "timeline.Notification.actor": "notifications of others",
}
