"""Voices that come from broadcasting software, over WHIP (RFC 9725), in place of the microphone of a page."""

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from spaces import presence, selectors
from spaces.models import BroadcastKey, Participant, Space
from spaces.models.tokens import new_token
from spaces.rules import Action
from spaces.services.attendance import join_space
from spaces.services.space_change import SpaceChange, space_change
from spaces_project.common.limits import spend

if TYPE_CHECKING:
    from accounts.models import User

KEY_PREFIX: Final = "spk_"
"""Lets scanners for leaked secrets, and people, recognise such a key."""
STARTS, KEYS, WINDOW = 30, 20, timedelta(minutes=1)
"""How often one user may start to broadcast, and make a key, in a minute."""


def make_broadcast_key(*, public_id: str, user: "User") -> str:
    """Make the user's key for broadcasting software in this Space, and return it: it is not stored. An older key is no
    longer valid, and a stream that came by it ends. Errors: what the rules say, `too_many`."""
    spend(what="broadcast_key", user_id=user.pk, limit=KEYS, window=WINDOW)
    key = KEY_PREFIX + secrets.token_urlsafe(24)
    with space_change(public_id) as change:
        participant = change.actor(user, Action.MAKE_BROADCAST_KEY)
        _end(change, participant)
        BroadcastKey.objects.update_or_create(
            space=change.space, user=user, defaults={"digest": _digest(key), "created_at": change.now}
        )
    return key


def revoke_broadcast_key(*, public_id: str, user: "User") -> None:
    """Make the user's key for this Space invalid, and end the user's stream. Repeatable."""
    with space_change(public_id) as change:
        BroadcastKey.objects.filter(space=change.space, user=user).delete()
        participant = change.participant(user.pk)
        if participant is not None:
            _end(change, participant)


def user_of_broadcast_key(*, public_id: str, key: str) -> "User | None":
    """Return the active user whose key for this Space it is, or None."""
    found = BroadcastKey.objects.select_related("user").filter(space__public_id=public_id, digest=_digest(key)).first()
    return found.user if found is not None and found.user.is_active else None


def start_broadcast(*, public_id: str, user: "User", broadcast: str, mixer_id: str) -> Participant:
    """Let broadcasting software bring the user's voice, under the name `broadcast`. It replaces the microphone of the
    user's page, and an older stream. Muted stays muted.

    A host need not be in the Space by a page. All others must hold a microphone already. The stream has a lease, and
    the user one in `presence`, before the change, so that a sweep in between does not count either as lost.

    Errors: what the rules say to `Action.BROADCAST` and, of a host, to joining; `too_many`.
    """
    spend(what="broadcast", user_id=user.pk, limit=STARTS, window=WINDOW)
    _come_in(public_id, user)
    presence.renew_broadcasts([broadcast])
    with space_change(public_id) as change:
        participant = change.actor(user, Action.BROADCAST)
        participant.broadcast, participant.mixer_id = broadcast, mixer_id
        participant.save(update_fields=["broadcast", "mixer_id"])
        change.notify(participant, "broadcast_started")
    return participant


def end_broadcast(*, public_id: str, user_id: int, broadcast: str) -> bool:
    """End the stream of this name, and mute the user, whose microphone is gone. Return False if the user's voice does
    not come from it any more."""
    with space_change(public_id) as change:
        participant = change.participant(user_id)
        if participant is None or participant.broadcast != broadcast:
            return False
        _end(change, participant)
    return True


def end_lost_broadcasts(space: Space) -> int:
    """End the streams of a live Space whose lease has ended, and return how many."""
    rows = space.participants.with_mic().exclude(broadcast="").values_list("user_id", "broadcast")
    lost = [(user_id, broadcast) for user_id, broadcast in rows if not presence.is_broadcasting(broadcast)]
    return sum(
        end_broadcast(public_id=space.public_id, user_id=user_id, broadcast=broadcast) for user_id, broadcast in lost
    )


def _come_in(public_id: str, user: "User") -> None:
    """Renew the place of a participant who is in, and bring the host in. Others are left to the rules: joining would
    make them listeners, who may not speak."""
    connection = selectors.connection_of(public_id=public_id, user=user)
    if connection or selectors.get_space(public_id).host_id == user.pk:
        join_space(public_id=public_id, user=user, connection=connection or new_token())


def _end(change: SpaceChange, participant: Participant) -> None:
    if participant.broadcast:
        change.update(participant, broadcast="", mixer_id="", muted=True)
        change.notify(participant, "broadcast_ended")


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
