"""Who is here: leases in Redis, never the closing of a socket.

One sorted set per Space, `presence id → time the lease ends` (seconds since the epoch, Redis's own clock). A lease that
is not renewed ends by itself, so counts heal after any crash. Leases are renewed in one command per process and Space.
Counts and names come from the same set: whoever is in it is here. A person's presence id is the user's; people without
an account have negative ones, one for each connection.
"""

import logging
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from hashlib import blake2b

from django.conf import settings

from spaces_project.common.store import AWAY, store

logger = logging.getLogger(__name__)

_EPOCH = "spaces:presence:epoch"
"""Exists while the leases in Redis can be believed; a flushed or fresh Redis has none."""

DISCONNECT_LEASE_SECONDS = 10
"""What is left of a lease when its socket closes: a reload or a change of network is no absence."""


def key(public_id: str) -> str:
    return f"spaces:presence:{public_id}"


def nameless_id(connection: str) -> int:
    """The presence id of somebody without an account, whichever process they come back to."""
    return -1 - int.from_bytes(blake2b(connection.encode(), digest_size=7).digest())


def _closing_key(public_id: str, user_id: int) -> str:
    return f"spaces:closing:{public_id}:{user_id}"


def renew(leases_by_space: Mapping[str, Collection[int]]) -> None:
    """Renews the leases of these user ids by `SPACES_PRESENCE_LEASE`."""
    keep({public_id: dict.fromkeys(user_ids, 0.0) for public_id, user_ids in leases_by_space.items()})


def keep(silences_by_space: Mapping[str, Mapping[int, float]]) -> None:
    """The same for people who were last heard so many seconds ago: leases run from then, or they would outlive a
    connection that went silent by as long as it takes to notice. Never makes a lease shorter: it may be of another tab.
    """
    until = _now() + settings.SPACES_PRESENCE_LEASE.total_seconds()
    pipeline = store().pipeline(transaction=False)
    for public_id, silences in silences_by_space.items():
        pipeline.zadd(key(public_id), {str(user_id): until - silence for user_id, silence in silences.items()}, gt=True)
        pipeline.expire(key(public_id), 3600)
    pipeline.execute()


def enter(public_id: str, user_id: int) -> None:
    renew({public_id: [user_id]})


def shorten(public_id: str, user_id: int) -> None:
    """The socket closed: unless another one renews the lease, it ends in ten seconds."""
    now = _now()
    pipeline = store().pipeline(transaction=False)
    pipeline.zadd(key(public_id), {str(user_id): now + DISCONNECT_LEASE_SECONDS}, xx=True, lt=True)
    pipeline.set(_closing_key(public_id, user_id), now, ex=3600)
    pipeline.execute()


def silent_since(public_id: str, user_id: int) -> datetime | None:
    """The last sign of life of somebody whose lease has ended and was not dropped yet; None for everybody else.

    A lease tells when it was renewed last; one that a closing socket made shorter began to end when that closed.
    """
    now = _now()
    until = store().zscore(key(public_id), str(user_id))
    if until is None or until > now:
        return None
    closed = float(store().get(_closing_key(public_id, user_id)) or 0)
    renewed = until - settings.SPACES_PRESENCE_LEASE.total_seconds()
    return datetime.fromtimestamp(max(closed, renewed), UTC)


def forget(public_id: str, user_id: int) -> None:
    store().zrem(key(public_id), str(user_id))


def present(public_id: str) -> set[int]:
    return {int(member) for member in store().zrangebyscore(key(public_id), f"({_now()}", "+inf")}


def is_here(public_id: str, presence_id: int) -> bool:
    until = store().zscore(key(public_id), str(presence_id))
    return until is not None and bool(until > _now())


def count(public_id: str) -> int:
    return int(store().zcount(key(public_id), f"({_now()}", "+inf"))


def counts(public_ids: list[str]) -> dict[str, int]:
    """How many are here, for several Spaces in one round trip."""
    now = _now()
    pipeline = store().pipeline(transaction=False)
    for public_id in public_ids:
        pipeline.zcount(key(public_id), f"({now}", "+inf")
    return dict(zip(public_ids, pipeline.execute(), strict=True))


def heads(participants: Mapping[str, int]) -> dict[str, int]:
    """How many are in each Space: `participants`, by public id, who have a place there, or as many as are here, where
    people without an account are among them. With Redis away those are not counted."""
    try:
        here = counts(list(participants)) if participants else {}
    except AWAY as error:
        logger.warning("people without an account not counted: %s", error)
        here = {}
    return {public_id: max(number, here.get(public_id, 0)) for public_id, number in participants.items()}


def listeners(stages: Mapping[str, Collection[int]]) -> dict[str, int]:
    """How many are here besides those on the stage, for several Spaces in one round trip. `stages`: who holds a
    microphone there, by public id."""
    now = _now()
    pipeline = store().pipeline(transaction=False)
    for public_id, holders in stages.items():
        pipeline.zcount(key(public_id), f"({now}", "+inf")
        # Nobody has the id 0; a command without a member would be an error.
        pipeline.zmscore(key(public_id), [str(holder) for holder in holders] or ["0"])
    answers = iter(pipeline.execute())
    return {
        public_id: here - sum(lease is not None and lease > now for lease in leases)
        for public_id, here, leases in zip(stages, answers, answers, strict=True)
    }


def audience(public_id: str, *, stage: Collection[int], faces: Collection[int]) -> tuple[int, set[int]]:
    """How many are here besides those on the stage, and who of `faces` is. Does not read who the others are: a room
    may be full of them."""
    now = _now()
    asked = [*stage, *faces]
    pipeline = store().pipeline(transaction=False)
    pipeline.zcount(key(public_id), f"({now}", "+inf")
    pipeline.zmscore(key(public_id), [str(one) for one in asked] or ["0"])
    here, leases = pipeline.execute()
    present = {one for one, lease in zip(asked, leases, strict=False) if lease is not None and lease > now}
    return here - len(present.intersection(stage)), present.intersection(faces)


def drop_ended(public_id: str) -> int:
    """Removes leases that ended; how many."""
    return int(store().zremrangebyscore(key(public_id), "-inf", _now()))


def are_believable() -> bool:
    """Whether absence means absence. After Redis lost its data nobody is called absent for one whole lease."""
    lease = int(settings.SPACES_PRESENCE_LEASE.total_seconds())
    first = store().set(_EPOCH, _now(), nx=True)
    if first:
        return False
    since = float(store().get(_EPOCH) or b"inf")
    return _now() - since > lease


def _now() -> float:
    """Redis's clock, so that hosts need not agree on the time."""
    seconds, micros = store().time()
    return float(seconds) + float(micros) / 1_000_000
