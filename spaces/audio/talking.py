"""Show who talks. Each process hears of its own microphones only, so all processes gather the talking users in Redis.

This is cosmetic: while Redis is away the talking rings do not move, and nothing else happens.
"""

import logging
from collections.abc import Sequence

from spaces import events
from spaces.gateway.audiobridge import MixerParticipant
from spaces.models.tokens import is_mixer_id_of
from spaces.selectors import Microphone, Mix
from spaces_project.common.store import REDIS_AWAY, store

logger = logging.getLogger(__name__)

_FORGOTTEN_AFTER_SECONDS = 120


def _key(public_id: str) -> str:
    return f"spaces:talking:{public_id}"


def heard(public_id: str, user_id: int, *, talking: bool) -> bool:
    """Store that a participant began or stopped talking, and tell everyone in the Space. Return True if that was a
    change."""
    try:
        change = store().sadd if talking else store().srem
        if not change(_key(public_id), str(user_id)):
            return False
        store().expire(_key(public_id), _FORGOTTEN_AFTER_SECONDS)
        _tell(public_id)
    except REDIS_AWAY as error:
        logger.warning("talking in %s not told: %s", public_id, error)
        return False
    return True


def keep_only(mix: Mix, present: Sequence[MixerParticipant] | None = None) -> None:
    """Take participants off the display who were muted, left, or lost the connection to the mixer. The mixer never
    reports that they stopped talking. `present` lists who is in the mixer, if the caller knows."""
    try:
        talkers = _talkers(mix.public_id)
        silent = talkers - {str(m.user_id) for m in mix.microphones if not m.muted and _is_up(m, present)}
        if silent:
            store().srem(_key(mix.public_id), *silent)
            _tell(mix.public_id)
    except REDIS_AWAY as error:
        logger.warning("talking in %s not told: %s", mix.public_id, error)


def _is_up(microphone: Microphone, present: Sequence[MixerParticipant] | None) -> bool:
    """Return True if any connection of this user is up. An older one carries the voice until the newer one is up."""
    return present is None or any(p.setup and is_mixer_id_of(microphone.user_id, p.id) for p in present)


def now_talking(public_id: str) -> list[str]:
    """Return the user ids of everyone the mixer hears, sorted; an empty list while Redis is away."""
    try:
        return sorted(_talkers(public_id), key=int)
    except REDIS_AWAY:
        return []


def _talkers(public_id: str) -> set[str]:
    return {member.decode() for member in store().smembers(_key(public_id))}


def _tell(public_id: str) -> None:
    talkers = sorted(_talkers(public_id), key=int)
    events.publish(events.space_channel(public_id), events.to_everyone(events.Talking(user_ids=talkers)))
    dots = events.Signal.TALKING if talkers else events.Signal.SILENT
    events.publish(events.EVERY_PROCESS, events.Envelope(signal=dots, data=public_id))
