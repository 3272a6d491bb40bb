"""Spaces that are scheduled for later."""

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.rules import require_not_suspended
from accounts.selectors import is_blocked
from spaces import rules
from spaces.events.signals import space_renamed, space_scheduled
from spaces.models import Reminder, Space
from spaces.rules import Action
from spaces.services.lifecycle import clean_title, create_space
from spaces.services.options import SpaceOptions
from spaces.services.repetition import LEAST_AHEAD, REPETITION, repeat_weekly
from spaces.services.space_change import SpaceChange, space_change
from spaces.states import LogKind, SpaceState
from spaces_project.common.errors import BadInput
from spaces_project.common.limits import spend

if TYPE_CHECKING:
    from accounts.models import User

LONGEST_AHEAD = timedelta(days=14)
CHANGES, REMINDERS, WINDOW = 20, 60, timedelta(hours=1)


def schedule_space(
    *,
    user: "User",
    title: str,
    when: datetime,
    options: SpaceOptions | None = None,
    repeats_weekly: bool = False,
    time_zone: str = "UTC",
) -> Space:
    """Schedule a Space, with `repeats_weekly` one every week at the same hour of the zone `time_zone`.

    Errors: those of `create_space`, `bad_time` (past, or more than 14 days ahead), and `bad_time_zone`.
    """
    _require_soon(when)
    with transaction.atomic():
        space = create_space(user=user, title=title, start=False, scheduled_start=when, options=options)
        if repeats_weekly:
            repeat_weekly(space, time_zone=time_zone)
            space.save(update_fields=REPETITION)
        transaction.on_commit(partial(space_scheduled.send, Space, space_id=space.pk, moved=False))
    return space


def update_space(
    *,
    public_id: str,
    user: "User",
    title: str | None = None,
    when: datetime | None = None,
    repeats_weekly: bool | None = None,
    time_zone: str = "",
) -> Space:
    """Rename or move a scheduled Space, let it repeat or not, or rename a live one. If that changes something, users
    with a reminder and webhooks are told of a scheduled Space, and everyone in a live one.

    The Spaces that follow go by the new time, too. `time_zone` counts only with a time, or a repetition, that is new:
    a host who saves another title from abroad must not move any hour.

    Errors: `bad_title`, `bad_time`, `bad_time_zone`, `too_many`.
    """
    name = None if title is None else clean_title(title)
    if when is not None:
        _require_soon(when)
    spend(what="change", user_id=user.pk, limit=CHANGES, window=WINDOW)
    with space_change(public_id) as change:
        if change.space.is_live and name is not None and when is None and repeats_weekly is None:
            _rename(change, user, name)
            return change.space
        change.actor(user, Action.UPDATE)
        space = change.space
        before = (space.title, space.scheduled_start, space.repeats_weekly)
        moved = when is not None and when != space.scheduled_start
        space.title = space.title if name is None else name
        space.scheduled_start = when or space.scheduled_start
        space.starts_when_joined = space.starts_when_joined and when is None
        _set_repetition(space, repeats_weekly, time_zone, moved=moved)
        space.save(update_fields=["title", "scheduled_start", "starts_when_joined", *REPETITION])
        if before == (space.title, space.scheduled_start, space.repeats_weekly):
            return space
        change.log(LogKind.UPDATED, actor=user)
        change.space_changed()
        transaction.on_commit(partial(space_scheduled.send, Space, space_id=space.pk, moved=moved))
    return space


def _set_repetition(space: Space, wanted: bool | None, time_zone: str, *, moved: bool) -> None:
    before = space.repeats_weekly
    space.repeats_weekly = before if wanted is None else wanted
    if space.repeats_weekly and (moved or not before):
        repeat_weekly(space, time_zone=time_zone or space.time_zone or "UTC")


def _rename(change: SpaceChange, user: "User", title: str) -> None:
    """Give a live Space another title."""
    change.actor(user, Action.RENAME)
    if change.space.title == title:
        return
    change.store(title=title)
    change.log(LogKind.RENAMED, actor=user, reason=change.space.display_title)
    change.space_changed()
    transaction.on_commit(partial(space_renamed.send_robust, Space, space_id=change.space.pk), robust=True)


def set_reminder(*, public_id: str, user: "User") -> None:
    """Set a reminder. Repeatable. Errors: `suspended`, `blocked` (by the host), `too_many`."""
    require_not_suspended(user)
    spend(what="reminder", user_id=user.pk, limit=REMINDERS, window=WINDOW)
    with space_change(public_id) as change:
        rules.require(Action.REMIND, space=change.space, actor=change.participant_or_outsider(user))
        rules.require_not_blocked(blocked=is_blocked(blocker_id=change.space.host_id, blocked_id=user.pk))
        Reminder.objects.get_or_create(space=change.space, user=user)


def clear_reminder(*, public_id: str, user: "User") -> None:
    """Delete a reminder, and those for Spaces that follow this one. Repeatable, and allowed in whatever state the Space
    is."""
    this = Space.objects.filter(public_id=public_id).exclude(series="").values("series")
    following = Q(space__series__in=this, space__state=SpaceState.SCHEDULED)
    Reminder.objects.filter(Q(space__public_id=public_id) | following, user=user).delete()


def _require_soon(when: datetime) -> None:
    ahead = when - timezone.now()
    if not LEAST_AHEAD <= ahead <= LONGEST_AHEAD:
        raise BadInput("bad_time", _("Choose a time from now to 14 days ahead."), days=LONGEST_AHEAD.days)
