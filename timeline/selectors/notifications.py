"""Queries for notifications and for the badges."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import Block, Follow
from accounts.paging import PAGE_SIZE, Page, cut_page, parse_cursor
from accounts.selectors import between
from timeline.models import Notification
from timeline.selectors.messages import unread_messages

MOST_COUNTED = 100
"""The most that a badge counts. Beyond it the badge says `99+`."""


@dataclass(frozen=True, slots=True)
class Badges:
    """How many notifications and messages the user has not seen, each at most `MOST_COUNTED`."""

    notifications: int
    messages: int


def notifications(*, user_id: int, cursor: str | None = None, limit: int = PAGE_SIZE) -> Page[Notification]:
    """Return a page of notifications, latest first. One query fetches everything a line shows.

    What `_shown_to` hides is left out. Raises `BadInput` `bad_cursor`.
    """
    rows = _shown_to(user_id).select_related("actor", "space__creator", "post__author", "decision")
    if cursor is not None:
        rows = rows.filter(pk__lt=parse_cursor(cursor, parts=1)[0])
    return cut_page(rows.order_by("-pk"), limit, lambda row: (row.pk,))


def _shown_to(user_id: int) -> QuerySet[Notification]:
    """Return the notifications that may still be shown to the user.

    Much happens after a notification was made: an account is protected, suspended or blocked, or a follow ends. So this
    is asked at each read, with one probe of a key for each row.
    """
    here = Q(actor__is_active=True) & ~Q(actor__suspended_until__gt=timezone.now())
    follow = Follow.objects.filter(follower=user_id, followee=OuterRef("post__author"))
    readable = Q(post=None) | Q(post__author=user_id) | Q(post__author__protected=False) | Exists(follow)
    blocked = Block.objects.filter(between(user_id, OuterRef("actor")))
    shut_out = Block.objects.filter(blocker=OuterRef("space__host"), blocked=user_id)
    others = here & readable & ~Exists(blocked) & ~Exists(shut_out)
    return Notification.objects.filter(Q(actor=user_id) | others, user=user_id)


def badges(*, user_id: int) -> Badges:
    """Return the numbers for the badges. Two queries, neither of which reads more than it counts."""
    unseen = _shown_to(user_id).filter(seen_at=None)
    return Badges(notifications=unseen[:MOST_COUNTED].count(), messages=min(unread_messages(user_id), MOST_COUNTED))
