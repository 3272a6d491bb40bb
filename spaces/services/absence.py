"""The absence of a host, and who runs the Space meanwhile.

1. The host gives no sign of life for the length of a lease: everyone is told. The grace time counts from the last sign.
2. The grace time ends: the co-host who joined first becomes acting host. If no co-host is present, the Space ends.
3. The host comes back before the end: the acting host gives the Space back.
"""

from collections.abc import Collection
from datetime import datetime

from spaces.models import Participant
from spaces.services.lifecycle import finish
from spaces.services.space_change import SpaceChange, space_change
from spaces.states import EndReason, LogKind, Role


def host_lost(*, public_id: str, since: datetime) -> bool:
    """Record that the host's last connection is gone, and tell everyone. The grace time counts from `since`.

    Return False, and change nothing, if the Space is not live or the host is already recorded as lost.
    """
    with space_change(public_id) as change:
        if not change.space.is_live or change.space.host_lost_at is not None:
            return False
        change.store(host_lost_at=since)
        change.log(LogKind.HOST_LOST, actor=None, target=change.space.host)
        change.space_changed()
    return True


def host_found(*, public_id: str) -> None:
    """Clear a recorded absence: the host was connected all along."""
    with space_change(public_id) as change:
        host_back(change)


def host_back(change: SpaceChange) -> None:
    """Clear the host's absence, and take the Space back from an acting host. Call it inside the change in which the
    host joins again."""
    if change.space.host_lost_at is None:
        return
    before = change.space.acting_host
    change.store(host_lost_at=None, acting_host=None)
    change.log(LogKind.HOST_BACK, actor=change.space.host, target=before)
    change.space_changed()
    if before:
        change.notify_user(before.pk, "host_back")


def succeed(*, public_id: str, lost_at: datetime, present: Collection[int]) -> EndReason | None:
    """Settle the absence that began at `lost_at`, because its grace time is over. Change nothing if the host came back
    meanwhile.

    Of the co-hosts whose ids are in `present`, the one who joined first runs the Space from now on. Without such a
    co-host the Space ends. Return the reason for which it ended, or None if it goes on.
    """
    with space_change(public_id) as change:
        space = change.space
        if not space.is_live or space.host_lost_at != lost_at:
            return None
        runners = space.participants.managers().filter(role=Role.COHOST, user_id__in=present)
        candidates = list(runners.select_related("user").order_by("joined_at", "id"))
        if not candidates:
            finish(change, user=None, reason=EndReason.HOST_GONE)
            return EndReason.HOST_GONE
        if space.acting_host_id not in {candidate.user_id for candidate in candidates}:
            _put_in_charge(change, candidates[0])
    return None


def resign(change: SpaceChange, participant: Participant) -> None:
    """Take the Space back from an acting host who gives the microphone back. Call it inside that change. The next pass
    of `expire` chooses another co-host, or ends the Space."""
    if change.space.acting_host_id == participant.user_id:
        change.store(acting_host=None)
        change.space_changed()


def _put_in_charge(change: SpaceChange, cohost: Participant) -> None:
    before = change.space.acting_host
    change.store(acting_host=cohost.user)
    change.log(LogKind.ACTING_HOST, actor=None, target=cohost.user)
    change.space_changed()
    change.notify(cohost, "acting_host")
    if before:
        change.notify_user(before.pk, "acting_ended")
