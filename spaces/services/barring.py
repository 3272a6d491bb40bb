"""Keeping people out of a Space: the lock, and the users blocked by the host."""

from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.models import Block
from spaces import events
from spaces.models import Participant, Space
from spaces.models.participant import ParticipantQuerySet
from spaces.rules import Action
from spaces.services.attendance import go
from spaces.services.audience import move_audience
from spaces.services.space_change import SpaceChange, space_change
from spaces.states import MANAGER_ROLES, LogKind, SpaceState

if TYPE_CHECKING:
    from accounts.models import User


def set_lock(*, public_id: str, user: "User", locked: bool) -> None:
    """Lock or unlock the Space. A locked Space lets in only users who were in it before or are invited, and anonymous
    listeners are closed at once. Repeatable."""
    with space_change(public_id) as change:
        change.actor(user, Action.LOCK)
        if change.space.locked == locked:
            return
        change.store(locked=locked)
        change.log(LogKind.LOCKED if locked else LogKind.UNLOCKED, actor=user)
        if locked:
            move_audience(change)
        change.space_changed()
        change.publish_later(events.call_the_roll())


def set_accounts_only(*, public_id: str, user: "User", accounts_only: bool) -> None:
    """Require an account of listeners, or no longer. Anonymous listeners are closed at once. Repeatable."""
    with space_change(public_id) as change:
        change.actor(user, Action.LOCK)
        if change.space.accounts_only == accounts_only:
            return
        change.store(accounts_only=accounts_only)
        if accounts_only:
            move_audience(change)
        change.log(LogKind.GUESTS_OUT if accounts_only else LogKind.GUESTS_IN, actor=user)
        change.space_changed()
        change.publish_later(events.call_the_roll())


def remove_blocked(*, host_id: int, blocked_id: int) -> bool:
    """Put a blocked user out of the Space that the blocker hosts, at once. Return True if there was a Space to leave.

    Look at every Space that the blocker may be about to host, and check the host and the participant only inside the
    change. A check before it would miss a handover or a join that is under way; inside the change these are over.
    """
    may_host = Participant.objects.active().filter(user=host_id, role__in=MANAGER_ROLES, space__state=SpaceState.LIVE)
    public_ids = list(may_host.values_list("space__public_id", flat=True))
    return sum(_put_out(public_id, host_id, blocked_id) for public_id in public_ids) > 0


def put_out_all_blocked() -> int:
    """Put blocked users out of every live Space, and return how many. This repairs what is left undone if a process
    dies between a block and its consequence."""
    blocks = Block.objects.filter(blocker=OuterRef("space__host"), blocked=OuterRef("user"))
    inside = Participant.objects.active().filter(space__state=SpaceState.LIVE)
    found = inside.filter(Exists(blocks)).values_list("space__public_id", "space__host_id", "user_id")
    return sum(_put_out(public_id, host_id, user_id) for public_id, host_id, user_id in list(found))


def put_out_blocked_here(change: SpaceChange) -> None:
    """Put out the users blocked by the new host. Call it inside the change that changed the host. Joins take no lock,
    so the Space is looked at again after the commit."""
    inside = _blocked_inside(change.space, change.space.host_id)
    for participant in inside.select_related("user"):
        _bar(change, participant)
    transaction.on_commit(partial(_put_out_latecomers, change.space, change.space.host_id))


def _put_out_latecomers(space: Space, host_id: int) -> None:
    for user_id in _blocked_inside(space, host_id).values_list("user_id", flat=True):
        _put_out(space.public_id, host_id, user_id)


def _blocked_inside(space: Space, host_id: int) -> ParticipantQuerySet:
    return space.participants.active().filter(user__in=Block.objects.filter(blocker=host_id).values("blocked"))


def _put_out(public_id: str, host_id: int, blocked_id: int) -> bool:
    with space_change(public_id) as change:
        participant = change.participant(blocked_id)
        is_in = change.space.is_live and participant is not None and participant.is_active
        is_blocked = Block.objects.filter(blocker=change.space.host, blocked=blocked_id).exists()
        if not (is_in and is_blocked) or participant is None or change.space.host_id != host_id:
            return False
        _bar(change, participant)
    return True


def _bar(change: SpaceChange, participant: Participant) -> None:
    go(change, participant)
    move_audience(change)
    change.log(LogKind.BLOCKED, actor=change.space.host, target=participant.user)
    change.publish_later(events.close_people([participant.user_id], events.CLOSE_BLOCKED))
