"""Spaces that are scheduled for later."""

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
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
from spaces.services.space_change import SpaceChange, space_change
from spaces.states import LogKind
from spaces_project.common.errors import BadInput
from spaces_project.common.limits import spend

if TYPE_CHECKING:
    from accounts.models import User

LONGEST_AHEAD = timedelta(days=14)
LEAST_AHEAD = timedelta(minutes=1)
CHANGES, REMINDERS, WINDOW = 20, 60, timedelta(hours=1)


def schedule_space(*, user: "User", title: str, when: datetime, options: SpaceOptions | None = None) -> Space:
    """Schedule a Space. Errors: those of `create_space`, and `bad_time` (past, or more than 14 days ahead)."""
    _require_soon(when)
    with transaction.atomic():
        space = create_space(user=user, title=title, start=False, scheduled_start=when, options=options)
        transaction.on_commit(partial(space_scheduled.send, Space, space_id=space.pk, moved=False))
    return space


def update_space(*, public_id: str, user: "User", title: str | None = None, when: datetime | None = None) -> Space:
    """Rename or move a scheduled Space, or rename a live one. If that changes something, users with a reminder and
    webhooks are told of a scheduled Space, and everyone in a live one.

    Errors: `bad_title`, `bad_time`, `too_many`.
    """
    name = None if title is None else clean_title(title)
    if when is not None:
        _require_soon(when)
    spend(what="change", user_id=user.pk, limit=CHANGES, window=WINDOW)
    with space_change(public_id) as change:
        if change.space.is_live and name is not None and when is None:
            _rename(change, user, name)
            return change.space
        change.actor(user, Action.UPDATE)
        space = change.space
        before = (space.title, space.scheduled_start)
        moved = when is not None and when != space.scheduled_start
        space.title = space.title if name is None else name
        space.scheduled_start = when or space.scheduled_start
        space.starts_when_joined = space.starts_when_joined and when is None
        space.save(update_fields=["title", "scheduled_start", "starts_when_joined"])
        if before == (space.title, space.scheduled_start):
            return space
        change.log(LogKind.UPDATED, actor=user)
        change.space_changed()
        transaction.on_commit(partial(space_scheduled.send, Space, space_id=space.pk, moved=moved))
    return space


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
    """Delete a reminder. Repeatable, and allowed in whatever state the Space is."""
    Reminder.objects.filter(space__public_id=public_id, user=user).delete()


def _require_soon(when: datetime) -> None:
    ahead = when - timezone.now()
    if not LEAST_AHEAD <= ahead <= LONGEST_AHEAD:
        raise BadInput("bad_time", _("Choose a time from now to 14 days ahead."), days=LONGEST_AHEAD.days)
