"""Standings: what a person is in a Space. Other packages import them from `spaces.rules`."""

from enum import StrEnum
from typing import Final

from accounts.models import SuspensionScope
from spaces.models import Participant, Space
from spaces.states import Role


class Standing(StrEnum):
    """What a person is in a Space, as the rules see it."""

    HOST = Role.HOST.value
    ACTING_HOST = "acting_host"
    """The co-host in charge while the host is lost. An acting host may end the Space and stands above the other
    co-host."""
    COHOST = Role.COHOST.value
    SPEAKER = Role.SPEAKER.value
    LISTENER = Role.LISTENER.value
    OUTSIDER = "outsider"
    REMOVED = "removed"
    SUSPENDED = "suspended"
    ANONYMOUS = "anonymous"
    """A listener without an account, who is counted without a name."""


class Anonymous:
    """The actor in place of a participant, for a person without an account."""


ANONYMOUS: Final = Anonymous()

Actor = Participant | Anonymous | None
"""The person who wants to act: a participant, None for an account without a row in the Space, or an anonymous
person."""


def standing(actor: Actor, *, space: Space) -> Standing:
    """Return what the actor is in the Space."""
    if isinstance(actor, Anonymous):
        return Standing.ANONYMOUS
    return Standing.OUTSIDER if actor is None else _standing_of(actor, space)


def _standing_of(participant: Participant, space: Space) -> Standing:
    if participant.user.barred_until(SuspensionScope.ENTIRELY):
        return Standing.SUSPENDED
    if participant.removed_at is not None:
        return Standing.REMOVED
    # A host who is away is still the host: the role stays theirs for the grace time.
    if participant.left_at is not None and participant.role != Role.HOST:
        return Standing.OUTSIDER
    if participant.role == Role.COHOST and participant.user_id == space.acting_host_id:
        return Standing.ACTING_HOST
    return Standing(participant.role)
