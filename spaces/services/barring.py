"""Keeping people out of a Space: the lock, and the users blocked by the host."""

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef

from accounts.models import Block
from spaces import events
from spaces.models import Participant
from spaces.rules import Action
from spaces.services.attendance import go
from spaces.services.turn import Turn, turn
from spaces.states import MANAGER_ROLES, LogKind, SpaceState

if TYPE_CHECKING:
    from accounts.models import User


def set_lock(*, public_id: str, user: "User", locked: bool) -> None:
    """Lock or unlock the Space. A locked Space lets in only users who were in it before or are invited, and anonymous
    listeners are closed at once. Repeatable."""
    with turn(public_id) as current:
        current.actor(user, Action.LOCK)
        if current.space.locked == locked:
            return
        current.store(locked=locked)
        current.log(LogKind.LOCKED if locked else LogKind.UNLOCKED, actor=user)
        current.space_changed()
        current.say(events.call_the_roll())


def set_accounts_only(*, public_id: str, user: "User", accounts_only: bool) -> None:
    """Require an account of listeners, or no longer. Anonymous listeners are closed at once. Repeatable."""
    with turn(public_id) as current:
        current.actor(user, Action.LOCK)
        if current.space.accounts_only == accounts_only:
            return
        current.store(accounts_only=accounts_only)
        current.log(LogKind.GUESTS_OUT if accounts_only else LogKind.GUESTS_IN, actor=user)
        current.space_changed()
        current.say(events.call_the_roll())


def put_out_blocked(*, host_id: int, blocked_id: int) -> bool:
    """Put a blocked user out of the Space that the blocker hosts, at once. Return True if there was a Space to leave.

    Look at every Space that the blocker may be about to host, and check the host and the participant only inside the
    turn. A check before it would miss a handover or a join that is under way; inside the turn these are over.
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


def put_out_blocked_here(current: Turn) -> None:
    """Put out the users blocked by the new host. Call it inside the turn that changed the host."""
    blocked = Block.objects.filter(blocker=current.space.host).values("blocked")
    for participant in current.space.participants.active().filter(user__in=blocked).select_related("user"):
        _bar(current, participant)


def _put_out(public_id: str, host_id: int, blocked_id: int) -> bool:
    with turn(public_id) as current:
        participant = current.participant(blocked_id)
        is_in = current.space.is_live and participant is not None and participant.is_active
        is_blocked = Block.objects.filter(blocker=current.space.host, blocked=blocked_id).exists()
        if not (is_in and is_blocked) or participant is None or current.space.host_id != host_id:
            return False
        _bar(current, participant)
    return True


def _bar(current: Turn, participant: Participant) -> None:
    go(current, participant)
    current.log(LogKind.BLOCKED, actor=current.space.host, target=participant.user)
    current.say(events.close_people([participant.user_id], events.CLOSE_BLOCKED))
