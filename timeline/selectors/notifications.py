"""What somebody was told, and how much of it is new."""

from dataclasses import dataclass

from accounts.paging import PAGE_SIZE, Page, cut_page, parse_cursor
from timeline.models import Notification
from timeline.selectors.messages import unread_messages

MOST_COUNTED = 100
"""A badge says `99+` beyond; nothing is counted further than that."""


@dataclass(frozen=True, slots=True)
class Badges:
    """How many notifications and messages somebody has not seen, each at most `MOST_COUNTED`."""

    notifications: int
    messages: int


def notifications(*, user_id: int, cursor: str | None = None, limit: int = PAGE_SIZE) -> Page[Notification]:
    """Latest first, in one query with everything a line shows. Raises `BadInput` `bad_cursor`."""
    rows = Notification.objects.filter(user=user_id).select_related(
        "actor", "space__creator", "post__author", "decision"
    )
    if cursor is not None:
        rows = rows.filter(pk__lt=parse_cursor(cursor, parts=1)[0])
    return cut_page(rows.order_by("-pk"), limit, lambda row: (row.pk,))


def badges(*, user_id: int) -> Badges:
    """Two queries, neither of which reads more than it counts."""
    unseen = Notification.objects.filter(user=user_id, seen_at=None)
    return Badges(notifications=unseen[:MOST_COUNTED].count(), messages=min(unread_messages(user_id), MOST_COUNTED))
