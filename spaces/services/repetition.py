"""Spaces that are held every week: the next one is scheduled when one is over."""

import zoneinfo
from datetime import date, timedelta
from functools import cache, partial
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Block
from spaces import rules
from spaces.events.signals import space_scheduled
from spaces.models import LogEntry, Participant, Reminder, Space
from spaces.models.weekly import wall_clock
from spaces.services.space_change import SpaceChange
from spaces.states import EndReason, LogKind, Role, SpaceState
from spaces_project.common.errors import BadInput

if TYPE_CHECKING:
    from accounts.models import User

LEAST_AHEAD = timedelta(minutes=1)
MOST_MISSED = 4
"""After so many in a row that the host did not start, no more are scheduled: the host has gone away."""
_SAME = (
    "creator_id", "title", "speak_policy", "captions_allowed", "comments_allowed", "accounts_only", "recording_wanted",
    "repeats_weekly", "series", "time_zone", "local_time",
)  # fmt: skip


def repeat_weekly(space: Space, *, time_zone: str) -> None:
    """Set the fields of a Space that repeats by the clock of this zone, counting from its present time. The caller
    saves. Errors: `bad_time` (it has no time), `bad_time_zone`."""
    if space.scheduled_start is None:
        raise BadInput("bad_time", _("Choose a day and a time."))
    if time_zone not in _zones():
        raise BadInput("bad_time_zone", _("This time zone is not known here."))
    space.repeats_weekly, space.time_zone = True, time_zone
    space.series, space.series_number = space.series or space.public_id, space.series_number or 1
    space.local_day, space.local_time = wall_clock(space.scheduled_start, time_zone)


REPETITION = ("repeats_weekly", "time_zone", "series", "series_number", "local_day", "local_time")
"""The fields that `repeat_weekly` sets."""


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def schedule_next(change: SpaceChange, reason: EndReason) -> Space | None:
    """Schedule the Space that follows the one that is over, inside the change that ends it. People with a reminder get
    one for it, too.

    Two ends of one Space never make two: only one of them may end it, and the database holds each number of a series
    once. The series stops, without an error, if its host may not host any more, if the staff ended the Space, or if the
    host missed `MOST_MISSED` in a row.
    """
    space = change.space
    if not space.repeats_weekly or reason == EndReason.OPERATOR or not space.creator.is_active:
        return None
    if rules.hosting_obstacle(space.creator) is not None or _is_abandoned(space):
        return None
    try:
        with transaction.atomic():
            following = _create_after(space, _day_after(space, change))
    except IntegrityError:
        return None
    transaction.on_commit(partial(space_scheduled.send, Space, space_id=following.pk, moved=False))
    return following


def stop_repeating(*, user: "User") -> None:
    """Let nothing follow the Spaces of a user who was suspended, or whose account is closed."""
    states = (SpaceState.SCHEDULED, SpaceState.LIVE)
    Space.objects.filter(creator=user, state__in=states, repeats_weekly=True).update(
        repeats_weekly=False, updated_at=timezone.now()
    )


def _is_abandoned(space: Space) -> bool:
    last = Space.objects.filter(series=space.series, series_number__gt=space.series_number - MOST_MISSED)
    return last.filter(end_reason=EndReason.NEVER_STARTED).count() >= MOST_MISSED


def _day_after(space: Space, change: SpaceChange) -> date:
    """Return the day of the next one: a week later, or as many weeks as it takes after a site was off for long."""
    assert space.local_day is not None
    weeks = 1
    while space.start_after(weeks) < change.now + LEAST_AHEAD:
        weeks += 1
    return space.local_day + timedelta(weeks=weeks)


def _create_after(space: Space, day: date) -> Space:
    following = Space(**{name: getattr(space, name) for name in _SAME})
    following.local_day, following.series_number = day, space.series_number + 1
    following.scheduled_start = following.start_after(0)
    following.save()
    following.topics.set(space.topics.all())
    Participant.objects.create(space=following, user=space.creator, role=Role.HOST)
    LogEntry.objects.create(space=following, kind=LogKind.CREATED, actor=None)
    _remind_again(space, following)
    return following


def _remind_again(space: Space, following: Space) -> None:
    """Give everyone with a reminder one for the next Space, without people whom the host has blocked since."""
    blocked = Block.objects.filter(blocker=space.creator).values("blocked")
    waiting = space.reminders.exclude(user__in=blocked).exclude(user=space.creator).order_by("pk")
    rows = [Reminder(space=following, user_id=user_id) for user_id in waiting.values_list("user_id", flat=True)]
    Reminder.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)
