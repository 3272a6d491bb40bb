"""How often somebody may do something: counted in Redis, so that it holds over all processes."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta

from django.conf import settings

from spaces_project.common.errors import TooMany
from spaces_project.common.store import AWAY, store

logger = logging.getLogger(__name__)

_address: ContextVar[str] = ContextVar("address", default="")
"""Where the request or socket that is being served comes from. Beats and commands come from nowhere."""


@contextmanager
def acting_from(address: str) -> Iterator[None]:
    """Whatever is spent meanwhile, by whatever verb, counts for this address, too: a verb knows people, a door knows
    where they are."""
    token = _address.set(address)
    try:
        yield
    finally:
        _address.reset(token)


def spend(*, what: str, user_id: int | str, limit: int, window: timedelta) -> None:
    """Counts one, of a person and of the address they act from; raises `TooMany` `too_many` (`retry_after` in seconds)
    for more than `limit` of the person's in a window, or for more of the address than as many people may do as
    `LIMITS_PEOPLE_PER_ADDRESS` says.

    A fixed window: it opens with the first and ends for all at once. With Redis away everything is allowed: a limit
    protects from a flood, and must not be what stops the house.
    """
    _spend(what, user_id, limit, window)
    people: int = settings.LIMITS_PEOPLE_PER_ADDRESS
    if (address := _address.get()) and people:
        _spend(f"{what}:from", address, limit * people, window)


def too_many(seconds: int) -> TooMany:
    """`seconds` until it is worth another try."""
    return TooMany("too_many", f"Too many requests. Try again in {_in_words(seconds)}.", retry_after=seconds)


def count(*, what: str, who: int | str, window: timedelta) -> tuple[int, int] | None:
    """Counts one: `(how many in this window, seconds it has left)`, or None while Redis is away."""
    key = f"limits:{what}:{who}"
    try:
        pipeline = store().pipeline(transaction=True)
        pipeline.incr(key)
        pipeline.expire(key, window, nx=True)
        pipeline.ttl(key)
        used, _, left = pipeline.execute()
    except AWAY as error:
        logger.warning("%s of %s not counted: %s", what, who, error)
        return None
    return int(used), int(left)


def counted(*, what: str, who: int | str) -> int:
    """Return how many were counted in this window, and count none. 0 while Redis is away."""
    try:
        return int(store().get(f"limits:{what}:{who}") or 0)
    except AWAY as error:
        logger.warning("%s of %s not looked up: %s", what, who, error)
        return 0


def _spend(what: str, who: int | str, limit: int, window: timedelta) -> None:
    used = count(what=what, who=who, window=window)
    if used is not None and used[0] > limit:
        raise too_many(max(1, used[1]))


def _in_words(seconds: int) -> str:
    if seconds < 100:
        return "a second" if seconds == 1 else f"{seconds} seconds"
    minutes = -(-seconds // 60)
    return f"{minutes} minutes" if minutes < 100 else f"{-(-minutes // 60)} hours"
