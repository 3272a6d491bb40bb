"""Rate limits on users' actions. They are counted in Redis, so that they hold across all processes."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from spaces_project.common.errors import TooMany
from spaces_project.common.store import REDIS_AWAY, store

logger = logging.getLogger(__name__)

_address: ContextVar[str] = ContextVar("address", default="")
"""The network address of the request or socket that is being served. It is "" in periodic tasks and commands."""


@contextmanager
def acting_from(address: str) -> Iterator[None]:
    """Count everything spent inside this context for `address` too.

    A service knows users only; the entry point knows where they are.
    """
    token = _address.set(address)
    try:
        yield
    finally:
        _address.reset(token)


def spend(*, what: str, user_id: int | str, limit: int, window: timedelta) -> None:
    """Count one action of a user and of the network address they act from.

    Raises `TooMany` `too_many` (`retry_after` in seconds) if the user exceeds `limit` in a window, or if the address
    exceeds `limit` times `LIMITS_PEOPLE_PER_ADDRESS`.

    The window is fixed: it opens with the first action and ends for all of them at once. Every action is allowed while
    Redis is down: a limit protects from a flood and must not stop the site.
    """
    _spend(what, user_id, limit, window)
    people: int = settings.LIMITS_PEOPLE_PER_ADDRESS
    if (address := _address.get()) and people:
        _spend(f"{what}:from", address, limit * people, window)


def too_many(seconds: int) -> TooMany:
    """Return the error; `seconds` is the time until a retry makes sense."""
    return TooMany("too_many", _in_words(seconds), retry_after=seconds)


def count(*, what: str, who: int | str, window: timedelta) -> tuple[int, int] | None:
    """Count one and return `(number in this window, seconds left in it)`, or None while Redis is down."""
    key = f"limits:{what}:{who}"
    try:
        pipeline = store().pipeline(transaction=True)
        pipeline.incr(key)
        pipeline.expire(key, window, nx=True)
        pipeline.ttl(key)
        used, _, left = pipeline.execute()
    except REDIS_AWAY as error:
        logger.warning("%s of %s not counted: %s", what, who, error)
        return None
    return int(used), int(left)


def counted(*, what: str, who: int | str) -> int:
    """Return the number in this window without counting. 0 while Redis is down."""
    try:
        return int(store().get(f"limits:{what}:{who}") or 0)
    except REDIS_AWAY as error:
        logger.warning("%s of %s not looked up: %s", what, who, error)
        return 0


def _spend(what: str, who: int | str, limit: int, window: timedelta) -> None:
    used = count(what=what, who=who, window=window)
    if used is not None and used[0] > limit:
        raise too_many(max(1, used[1]))


def _in_words(seconds: int) -> str:
    minutes = -(-seconds // 60)
    if seconds < 100:
        words, number = ngettext("Try again in {number} second.", "Try again in {number} seconds.", seconds), seconds
    elif minutes < 100:
        words, number = ngettext("Try again in {number} minute.", "Try again in {number} minutes.", minutes), minutes
    else:
        number = -(-minutes // 60)
        words = ngettext("Try again in {number} hour.", "Try again in {number} hours.", number)
    reason = _("Too many requests.")  # in an f-string GNU gettext does not find it
    return f"{reason} {words.format(number=number)}"
