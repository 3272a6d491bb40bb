"""What somebody is in a Space, as `spaces/rules.py` sees it; everybody else asks there."""

from enum import StrEnum
from typing import Final

from accounts.models import SuspensionScope
from spaces.models import Participant, Space
from spaces.states import Role


class Standing(StrEnum):
    """What somebody is in a Space, as the rules see it."""

    HOST = Role.HOST.value
    ACTING_HOST = "acting_host"
    """The co-host in charge while the host is lost: may end the Space and stands above the other co-host."""
    COHOST = Role.COHOST.value
    SPEAKER = Role.SPEAKER.value
    LISTENER = Role.LISTENER.value
    OUTSIDER = "outsider"
    REMOVED = "removed"
    SUSPENDED = "suspended"
    ANONYMOUS = "anonymous"
    """Without an account: listens, and is counted without a name."""


class Anonymous:
    """Stands where a participant would, for somebody without an account."""


ANONYMOUS: Final = Anonymous()

Actor = Participant | Anonymous | None
"""Whoever wants something: their place in the Space, None for an account that has none, or nobody in particular."""


def standing(actor: Actor, *, space: Space) -> Standing:
    if isinstance(actor, Anonymous):
        return Standing.ANONYMOUS
    return Standing.OUTSIDER if actor is None else _standing_of(actor, space)


def _standing_of(participant: Participant, space: Space) -> Standing:
    if participant.user.barred_until(SuspensionScope.ENTIRELY):
        return Standing.SUSPENDED
    if participant.removed_at is not None:
        return Standing.REMOVED
    # A host who is away is still the host: the seat waits for the grace time.
    if participant.left_at is not None and participant.role != Role.HOST:
        return Standing.OUTSIDER
    if participant.role == Role.COHOST and participant.user_id == space.acting_host_id:
        return Standing.ACTING_HOST
    return Standing(participant.role)
