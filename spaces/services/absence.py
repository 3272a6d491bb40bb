"""A host who is lost, and who runs the Space meanwhile.

1. The host gives no sign of life for a lease: everyone is told, and the grace time runs from the last sign.
2. The grace time is over: the co-host who is here longest becomes acting host; with nobody here to run it, it ends.
3. The host comes back before the end: everything is as it was.
"""

from collections.abc import Collection
from datetime import datetime

from spaces.models import Participant
from spaces.services.lifecycle import finish
from spaces.services.turn import Turn, turn
from spaces.states import EndReason, LogKind, Role


def host_lost(*, public_id: str, since: datetime) -> bool:
    """The host's last connection is gone; everyone is told, and the grace time runs from `since`."""
    with turn(public_id) as current:
        if not current.space.is_live or current.space.host_lost_at is not None:
            return False
        current.store(host_lost_at=since)
        current.log(LogKind.HOST_LOST, actor=None, target=current.space.host)
        current.space_changed()
    return True


def host_found(*, public_id: str) -> None:
    """The host was here all along."""
    with turn(public_id) as current:
        host_back(current)


def host_back(current: Turn) -> None:
    """Inside the turn in which the host joins again: what an acting host held goes back with it."""
    if current.space.host_lost_at is None:
        return
    before = current.space.acting_host
    current.store(host_lost_at=None, acting_host=None)
    current.log(LogKind.HOST_BACK, actor=current.space.host, target=before)
    current.space_changed()
    if before:
        current.tell_person(before.pk, "host_back")


def succeed(*, public_id: str, lost_at: datetime, present: Collection[int]) -> EndReason | None:
    """The grace time of the absence that began at `lost_at` is over: of the co-hosts among `present` the one who is
    in longest runs the Space from now on, and with none it ends. Nothing happens to a host who came back meanwhile.

    Returns why it ended, or None where it goes on.
    """
    with turn(public_id) as current:
        space = current.space
        if not space.is_live or space.host_lost_at != lost_at:
            return None
        runners = space.participants.managers().filter(role=Role.COHOST, user_id__in=present)
        candidates = list(runners.select_related("user").order_by("joined_at", "id"))
        if not candidates:
            finish(current, user=None, reason=EndReason.HOST_GONE)
            return EndReason.HOST_GONE
        if space.acting_host_id not in {candidate.user_id for candidate in candidates}:
            _put_in_charge(current, candidates[0])
    return None


def resign(current: Turn, participant: Participant) -> None:
    """Inside the turn in which a co-host gives the microphone back. The next pass finds another, or ends the Space."""
    if current.space.acting_host_id == participant.user_id:
        current.store(acting_host=None)
        current.space_changed()


def _put_in_charge(current: Turn, cohost: Participant) -> None:
    before = current.space.acting_host
    current.store(acting_host=cohost.user)
    current.log(LogKind.ACTING_HOST, actor=None, target=cohost.user)
    current.space_changed()
    current.tell(cohost, "acting_host")
    if before:
        current.tell_person(before.pk, "acting_ended")
