"""Notifications for the users who set a reminder for a Space.

The users still to be told are read from the rows: they have a reminder and no notification. A step may therefore be
lost or run twice, and the next pass makes up for it.
"""

from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import Block
from spaces.models import Reminder, Space
from spaces.states import SpaceState
from timeline.models import Notification, NotificationKind
from timeline.services.notifications import OVERTAKING, notify_many

PEOPLE_PER_STEP = 500
STALE = timedelta(days=1)

_NEWS_OF_STATE = {
    SpaceState.LIVE: NotificationKind.SPACE_STARTED,
    SpaceState.CANCELED: NotificationKind.SPACE_CANCELED,
}


def notify_waiting(*, space_id: int, kind: NotificationKind, after: int = 0) -> int | None:
    """Notify at most `PEOPLE_PER_STEP` users, beginning after the reminder `after`.

    Return where the next step begins, or None at the end.
    """
    space = Space.objects.select_related("host").filter(pk=space_id).first()
    if space is None:
        return None
    waiting = _waiting(kind).filter(space=space, pk__gt=after).order_by("pk")
    step = list(waiting.values_list("pk", "user_id")[:PEOPLE_PER_STEP])
    notify_many(user_ids=[user_id for _, user_id in step], kind=kind, actor=space.host, space=space)
    return step[-1][0] if len(step) == PEOPLE_PER_STEP else None


def overdue_reminders(*, now: datetime | None = None) -> list[tuple[int, NotificationKind]]:
    """Return the Spaces that are live, or were canceled within a day, and have users who were not told."""
    since = (now or timezone.now()) - STALE
    changed = Space.objects.filter(Q(state=SpaceState.LIVE) | Q(state=SpaceState.CANCELED, ended_at__gt=since))
    return [
        (space_id, kind)
        for state, kind in _NEWS_OF_STATE.items()
        for space_id in changed.filter(Exists(_waiting(kind).filter(space=OuterRef("pk"))), state=state)
        .order_by("pk")
        .values_list("pk", flat=True)
    ]


def _waiting(kind: NotificationKind) -> QuerySet[Reminder]:
    """Return the reminders of users who are still to be told.

    For a Space that moved, return every reminder: it may have moved before.
    """
    waiting = Reminder.objects.filter(user__is_active=True).exclude(user=F("space__host"))
    if kind in OVERTAKING:
        return waiting
    told = Notification.objects.filter(space=OuterRef("space"), user=OuterRef("user"), kind=kind)
    there = Q(blocker=OuterRef("space__host"), blocked=OuterRef("user"))
    back = Q(blocker=OuterRef("user"), blocked=OuterRef("space__host"))
    return waiting.filter(~Exists(told), ~Exists(Block.objects.filter(there | back)))
