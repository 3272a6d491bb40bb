"""The views of the timeline. Each makes one call to a service or selector and answers."""

from timeline.views.actions import bookmark, delete, like, repost, unbookmark, unlike, unrepost
from timeline.views.compose import compose, edit
from timeline.views.fleets import delete_fleet, fleet_image, fleet_viewers, fleets, new_fleet, see_fleet
from timeline.views.home import home, site_text
from timeline.views.invitations import invite_people, people
from timeline.views.messages import inbox, latest_messages, read_thread, thread
from timeline.views.notifications import badges, notifications, see_notifications
from timeline.views.pins import pin, pin_choices, pins, replay_pins, unpin
from timeline.views.posts import bookmarks, card, history, post, post_line, post_picture, posts, tag

__all__ = [
    "badges",
    "bookmark",
    "bookmarks",
    "card",
    "compose",
    "delete",
    "delete_fleet",
    "edit",
    "fleet_image",
    "fleet_viewers",
    "fleets",
    "history",
    "home",
    "inbox",
    "invite_people",
    "latest_messages",
    "like",
    "new_fleet",
    "notifications",
    "people",
    "pin",
    "pin_choices",
    "pins",
    "post",
    "post_line",
    "post_picture",
    "posts",
    "read_thread",
    "replay_pins",
    "repost",
    "see_fleet",
    "see_notifications",
    "site_text",
    "tag",
    "thread",
    "unbookmark",
    "unlike",
    "unpin",
    "unrepost",
]
