"""The services of the timeline. No other code writes its data."""

from accounts.suspended import gate
from timeline.services.fleets import delete_expired_fleets, delete_fleet, post_fleet, remove_fleet, see_fleet
from timeline.services.invitations import Invited, invite_by_message
from timeline.services.messages import mark_read, send_message
from timeline.services.notifications import (
    forget_between,
    mark_seen,
    notify,
    notify_many,
    notify_of_decision,
    notify_of_expiry,
    notify_of_like,
    notify_of_post,
)
from timeline.services.pictures import NewPicture, remove_picture
from timeline.services.pin_cleanup import forget_pins
from timeline.services.pins import pin_post, unpin_post
from timeline.services.posts import (
    bookmark_post,
    create_post,
    delete_post,
    edit_post,
    like_post,
    release_counts,
    repost_post,
    take_down_post,
    unbookmark_post,
    unlike_post,
    unrepost_post,
)
from timeline.services.reminders import notify_waiting, overdue_reminders

__all__ = [
    "Invited",
    "NewPicture",
    "bookmark_post",
    "create_post",
    "delete_expired_fleets",
    "delete_fleet",
    "delete_post",
    "edit_post",
    "forget_between",
    "forget_pins",
    "invite_by_message",
    "like_post",
    "mark_read",
    "mark_seen",
    "notify",
    "notify_many",
    "notify_of_decision",
    "notify_of_expiry",
    "notify_of_like",
    "notify_of_post",
    "notify_waiting",
    "overdue_reminders",
    "pin_post",
    "post_fleet",
    "release_counts",
    "remove_fleet",
    "remove_picture",
    "repost_post",
    "see_fleet",
    "send_message",
    "take_down_post",
    "unbookmark_post",
    "unlike_post",
    "unpin_post",
    "unrepost_post",
]

gate(globals())
