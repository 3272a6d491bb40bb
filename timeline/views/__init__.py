"""The views of the timeline. Each makes one call to a service or selector and answers."""

from timeline.views.actions import delete, like, repost, unlike, unrepost
from timeline.views.compose import compose
from timeline.views.fleets import delete_fleet, fleet_image, fleet_viewers, fleets, new_fleet, see_fleet
from timeline.views.home import home
from timeline.views.invitations import invite_people, people
from timeline.views.messages import inbox, latest_messages, read_thread, thread
from timeline.views.notifications import badges, notifications, see_notifications
from timeline.views.pins import pin, pin_choices, pins, unpin
from timeline.views.posts import card, post, post_line, posts

__all__ = [
    "badges",
    "card",
    "compose",
    "delete",
    "delete_fleet",
    "fleet_image",
    "fleet_viewers",
    "fleets",
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
    "posts",
    "read_thread",
    "repost",
    "see_fleet",
    "see_notifications",
    "thread",
    "unlike",
    "unpin",
    "unrepost",
]
