"""Presence: the people who are in a Space, as leases in Redis. The closing of a socket alone never counts as leaving.

There is one sorted set per Space: `presence id → time at which the lease ends`, in seconds since the epoch by Redis's
own clock. A lease that is not renewed ends by itself, so that counts are right again after any crash. Each process
renews the leases of a Space in one command. Counts and names come from the same set. The presence id of a user is the
user's id; each connection without an account has a negative one.
"""

import logging
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from hashlib import blake2b

from django.conf import settings

from spaces_project.common.store import REDIS_AWAY, store

logger = logging.getLogger(__name__)

_EPOCH = "spaces:presence:epoch"
"""Exists while the leases in Redis can be trusted. A flushed or fresh Redis does not have it."""

HEARTBEAT_SECONDS = 10
"""How often a page says `ping`. The welcome tells it."""
DISCONNECT_LEASE_SECONDS = 10
"""The rest of a lease after its socket closes. A page that reloads, or changes its network, is back within that time
and does not count as absent."""

BROADCAST_LEASE_SECONDS = 30
"""How long a stream of broadcasting software that was lost counts as here. The software connects again within that
time, and finds the microphone as it left it."""


def key(public_id: str) -> str:
    """Return the name of the sorted set with the Space's leases."""
    return f"spaces:presence:{public_id}"


def nameless_id(connection: str) -> int:
    """Return the presence id of a connection without an account. It is the same in whatever process the client
    reconnects to."""
    return -1 - int.from_bytes(blake2b(connection.encode(), digest_size=7).digest())


def _broadcast_key(broadcast: str) -> str:
    return f"spaces:broadcast:{broadcast}"


def _closing_key(public_id: str, user_id: int) -> str:
    return f"spaces:closing:{public_id}:{user_id}"


def renew(leases_by_space: Mapping[str, Collection[int]]) -> None:
    """Renew the leases of these users for `SPACES_PRESENCE_LEASE`."""
    renew_since({public_id: dict.fromkeys(user_ids, 0.0) for public_id, user_ids in leases_by_space.items()})


def renew_since(silences_by_space: Mapping[str, Mapping[int, float]]) -> None:
    """Renew leases counting from when each person was last heard, given as seconds ago.

    Counting from now would keep a connection that went silent alive for as long as it takes to notice. A lease is never
    made shorter, because another tab of the same user may have renewed it.
    """
    until = _now() + settings.SPACES_PRESENCE_LEASE.total_seconds()
    pipeline = store().pipeline(transaction=False)
    for public_id, silences in silences_by_space.items():
        pipeline.zadd(key(public_id), {str(user_id): until - silence for user_id, silence in silences.items()}, gt=True)
        pipeline.expire(key(public_id), 3600)
    pipeline.execute()


def enter(public_id: str, user_id: int) -> None:
    """Give one person a full lease."""
    renew({public_id: [user_id]})


def start_closing(public_id: str, user_id: int) -> None:
    """Let the lease end in `DISCONNECT_LEASE_SECONDS`, because a socket closed. Another socket of the user may still
    renew it."""
    now = _now()
    pipeline = store().pipeline(transaction=False)
    pipeline.zadd(key(public_id), {str(user_id): now + DISCONNECT_LEASE_SECONDS}, xx=True, lt=True)
    pipeline.set(_closing_key(public_id, user_id), now, ex=3600)
    pipeline.execute()


def silent_since(public_id: str, user_id: int) -> datetime | None:
    """Return the last sign of life of a user whose lease has ended and was not dropped yet. None for every other user.

    The end of a lease tells when it was last renewed. A lease that was made shorter because a socket closed counts from
    that moment.
    """
    now = _now()
    until = store().zscore(key(public_id), str(user_id))
    if until is None or until > now:
        return None
    closed = float(store().get(_closing_key(public_id, user_id)) or 0)
    renewed = until - settings.SPACES_PRESENCE_LEASE.total_seconds()
    return datetime.fromtimestamp(max(closed, renewed), UTC)


def forget(public_id: str, user_id: int) -> None:
    """Remove the lease of a person who left for good."""
    store().zrem(key(public_id), str(user_id))


def present(public_id: str) -> set[int]:
    """Return the presence ids of everyone who is here."""
    return {int(member) for member in store().zrangebyscore(key(public_id), f"({_now()}", "+inf")}


def is_here(public_id: str, presence_id: int) -> bool:
    """Return whether the person has a lease that has not ended."""
    until = store().zscore(key(public_id), str(presence_id))
    return until is not None and bool(until > _now())


def count(public_id: str) -> int:
    """Return how many people are here."""
    return int(store().zcount(key(public_id), f"({_now()}", "+inf"))


def counts(public_ids: list[str]) -> dict[str, int]:
    """Return how many people are in each of several Spaces, in one round trip."""
    now = _now()
    pipeline = store().pipeline(transaction=False)
    for public_id in public_ids:
        pipeline.zcount(key(public_id), f"({now}", "+inf")
    return dict(zip(public_ids, pipeline.execute(), strict=True))


def headcounts(participants: Mapping[str, int]) -> dict[str, int]:
    """Return how many people are in each Space, as the larger of two numbers. `participants` is the number of active
    participants by public id. The number of leases is larger if anonymous listeners are among them. While Redis is
    away, anonymous listeners are not counted."""
    try:
        here = counts(list(participants)) if participants else {}
    except REDIS_AWAY as error:
        logger.warning("people without an account not counted: %s", error)
        here = {}
    return {public_id: max(number, here.get(public_id, 0)) for public_id, number in participants.items()}


def listeners(stages: Mapping[str, Collection[int]]) -> dict[str, int]:
    """Return how many people without a microphone are in each of several Spaces, in one round trip. `stages`: the ids
    of the users who hold a microphone, by public id."""
    now = _now()
    pipeline = store().pipeline(transaction=False)
    for public_id, holders in stages.items():
        pipeline.zcount(key(public_id), f"({now}", "+inf")
        # No user has the id 0. A command without a member would be an error.
        pipeline.zmscore(key(public_id), [str(holder) for holder in holders] or ["0"])
    answers = iter(pipeline.execute())
    return {
        public_id: here - sum(lease is not None and lease > now for lease in leases)
        for public_id, here, leases in zip(stages, answers, answers, strict=True)
    }


def audience(public_id: str, *, stage: Collection[int], faces: Collection[int]) -> tuple[int, set[int]]:
    """Return how many people without a microphone are here, and which of the users `faces` are. Other names are not
    read, because there may be a full room of them."""
    now = _now()
    asked = [*stage, *faces]
    pipeline = store().pipeline(transaction=False)
    pipeline.zcount(key(public_id), f"({now}", "+inf")
    pipeline.zmscore(key(public_id), [str(one) for one in asked] or ["0"])
    here, leases = pipeline.execute()
    present = {one for one, lease in zip(asked, leases, strict=False) if lease is not None and lease > now}
    return here - len(present.intersection(stage)), present.intersection(faces)


def drop_ended(public_id: str) -> int:
    """Remove the leases that have ended, and return how many."""
    return int(store().zremrangebyscore(key(public_id), "-inf", _now()))


def is_trustworthy() -> bool:
    """Return whether a missing lease means that a person is absent. After Redis lost its data, no person counts as
    absent for the length of one lease."""
    lease = int(settings.SPACES_PRESENCE_LEASE.total_seconds())
    first = store().set(_EPOCH, _now(), nx=True)
    if first:
        return False
    since = float(store().get(_EPOCH) or b"inf")
    return _now() - since > lease


def renew_broadcasts(broadcasts: Collection[str]) -> None:
    """Renew the leases of streams of broadcasting software for `BROADCAST_LEASE_SECONDS`."""
    pipeline = store().pipeline(transaction=False)
    for broadcast in broadcasts:
        pipeline.set(_broadcast_key(broadcast), 1, ex=BROADCAST_LEASE_SECONDS)
    pipeline.execute()


def is_broadcasting(broadcast: str) -> bool:
    """Return whether a stream of broadcasting software has a lease that has not ended."""
    return bool(store().exists(_broadcast_key(broadcast)))


def _now() -> float:
    """Return the time by Redis's clock, so that hosts need not agree on the time."""
    seconds, micros = store().time()
    return float(seconds) + float(micros) / 1_000_000
