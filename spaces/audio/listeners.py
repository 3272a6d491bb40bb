"""Count the listeners of a gateway over all web processes, and say when it has no room for another one.

Each listening connection has a lease in Redis, which its process renews. If a process dies, its leases run out. While
Redis is away nothing is counted, and every listener is let in: the gateway itself is well.
"""

import logging
import threading
import time
from typing import Final

from django.conf import settings

from spaces_project.common.store import REDIS_AWAY, store

logger = logging.getLogger(__name__)

LEASE_SECONDS: Final = 180
RENEW_EVERY_SECONDS: Final = 20.0
_ALL: Final = 1 << 30
_TAKE: Final = """
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
if not redis.call('ZSCORE', KEYS[1], ARGV[4]) and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then return 0 end
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[4])
return 1
"""


class Capacity:
    """The places of this process's listeners. Every method may be called on any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[str, str] = {}
        self._renewed = 0.0

    def take(self, gateway: str, listener: str, *, is_preferred: bool = False) -> bool:
        """Take a place for a listening connection. Return False if there is none. A preferred listener, who waits for a
        microphone, always gets one."""
        limit = settings.GATEWAY_LISTENERS
        if not limit:
            return True
        now = time.time()
        try:
            most = _ALL if is_preferred else limit
            if not store().eval(_TAKE, 1, _key(gateway), now, now + LEASE_SECONDS, most, listener):
                return False
        except REDIS_AWAY as error:
            logger.warning("listeners of gateway %s are not counted: %s", gateway, error)
        with self._lock:
            self._held[listener] = gateway
        return True

    def give_back(self, listener: str) -> None:
        """Give a place back. Do nothing if the connection has none."""
        with self._lock:
            gateway = self._held.pop(listener, None)
        if gateway is None:
            return
        try:
            store().zrem(_key(gateway), listener)
        except REDIS_AWAY as error:
            logger.warning("a place at gateway %s runs out by itself: %s", gateway, error)

    def renew(self) -> None:
        """Renew the leases of this process, if it is time. Call it every few seconds."""
        if time.monotonic() - self._renewed < RENEW_EVERY_SECONDS:
            return
        self._renewed = time.monotonic()
        with self._lock:
            held = dict(self._held)
        ends = time.time() + LEASE_SECONDS
        try:
            for gateway in set(held.values()):
                store().zadd(_key(gateway), {name: ends for name, place in held.items() if place == gateway})
        except REDIS_AWAY as error:
            logger.warning("places of listeners are not renewed: %s", error)


capacity = Capacity()


def _key(gateway: str) -> str:
    return f"{settings.SITE_MARK}:listeners:{gateway}"
