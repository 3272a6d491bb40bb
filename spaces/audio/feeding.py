"""Let one process at a time feed a room's mountpoint. Two at once would make two forwards of one mix."""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from spaces_project.common.store import REDIS_AWAY, store

logger = logging.getLogger(__name__)

SECONDS = 15
"""Longer than the gateway takes for the whole feeding. If a process dies meanwhile, the room waits no longer than
this."""

_LET_GO = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"

_locks: "WeakValueDictionary[str, asyncio.Lock]" = WeakValueDictionary()


@asynccontextmanager
async def feeding(room: str) -> AsyncIterator[bool]:
    """Yield True if this caller may feed the room. No other caller may until it is done. If Redis is away, one caller
    of each process may: a room without sound would be worse."""
    lock = _locks.setdefault(room, asyncio.Lock())
    if lock.locked():
        yield False
        return
    token = secrets.token_hex(8)
    async with lock:
        if not await asyncio.to_thread(_take, room, token):
            yield False
            return
        try:
            yield True
        finally:
            await asyncio.to_thread(_let_go, room, token)


def _take(room: str, token: str) -> bool:
    try:
        return bool(store().set(_key(room), token, nx=True, ex=SECONDS))
    except REDIS_AWAY as error:
        logger.warning("feeding %s without asking other processes: %s", room, error)
        return True


def _let_go(room: str, token: str) -> None:
    try:
        store().eval(_LET_GO, 1, _key(room), token)
    except REDIS_AWAY as error:
        logger.warning("feeding of %s ends by itself: %s", room, error)


def _key(room: str) -> str:
    return f"spaces:feeding:{room}"
