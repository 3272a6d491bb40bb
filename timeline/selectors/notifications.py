"""Queries for notifications and for the badges."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Block, Follow, Mute, User, takes_part
from accounts.paging import PAGE_SIZE, Page, cut_page, parse_cursor
from accounts.selectors import between
from timeline.models import Notification, NotificationKind
from timeline.selectors.messages import unread_messages

GROUPED = frozenset({NotificationKind.LIKED, NotificationKind.REPOSTED, NotificationKind.FOLLOWED})
"""Kinds of which many come for one post, or for one user. They share a line."""
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


@dataclass(frozen=True, slots=True)
class Group:
    """One line of the list: a notification, and the other users who did the same."""

    row: Notification
    others: list[User]


def grouped(page: Page[Notification]) -> Page[Group]:
    """Return the page with one line for all likes of a post, all its reposts, and all new followers. A line stands
    where its latest notification stood. New notifications and those that were seen are not mixed."""
    groups: dict[tuple[object, ...], Group] = {}
    for row in page.items:
        is_alike = row.kind in GROUPED
        key = (row.kind, row.post_id, row.seen_at is None) if is_alike else (row.pk,)
        if key in groups:
            groups[key].others.append(row.actor)
        else:
            groups[key] = Group(row, [])
    return Page(list(groups.values()), page.next_cursor)


def _shown_to(user_id: int) -> QuerySet[Notification]:
    """Return the notifications that may still be shown to the user.

    Much happens after a notification was made: an account is protected, suspended or blocked, or a follow ends. So this
    is asked at each read, with one probe of a key for each row.
    """
    follow = Follow.objects.filter(follower=user_id, followee=OuterRef("post__author"))
    readable = Q(post=None) | Q(post__author=user_id) | Q(post__author__protected=False) | Exists(follow)
    blocked = Block.objects.filter(between(user_id, OuterRef("actor")))
    shut_out = Block.objects.filter(blocker=OuterRef("space__host"), blocked=user_id)
    muted = Mute.objects.filter(muter=user_id, muted=OuterRef("actor"))
    others = takes_part("actor") & readable & ~Exists(blocked) & ~Exists(shut_out) & ~Exists(muted)
    still_there = Q(post=None) | Q(post__taken_down=False)
    return Notification.objects.filter(still_there, Q(actor=user_id) | others, user=user_id)


def badges(*, user_id: int) -> Badges:
    """Return the numbers for the badges. Two queries, neither of which reads more than it counts."""
    unseen = _shown_to(user_id).filter(seen_at=None)
    return Badges(notifications=unseen[:MOST_COUNTED].count(), messages=min(unread_messages(user_id), MOST_COUNTED))
