"""How many anonymous listeners are connected from one network address, counted over all web processes.

The counts are leases in Redis as in `spaces.presence`: the leases of a process that dies expire by themselves. While
Redis is away every listener is let in. A limit protects from a flood and must not stop the site.
"""

import logging
from collections.abc import Collection, Mapping

from spaces_project.common.store import REDIS_AWAY, store

logger = logging.getLogger(__name__)

LEASE_SECONDS = 25
"""Five renewals of a hub."""

# The script uses Redis's clock and is one step: of two sockets that arrive at once only one may take the last place.
_ADMIT = """
local now = tonumber(redis.call('TIME')[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[3]), ARGV[1])
redis.call('EXPIRE', KEYS[1], tonumber(ARGV[3]))
return 1
"""
_RENEW = """
local until_ = tonumber(redis.call('TIME')[1]) + tonumber(ARGV[1])
for number = 2, #ARGV do redis.call('ZADD', KEYS[1], until_, ARGV[number]) end
redis.call('EXPIRE', KEYS[1], tonumber(ARGV[1]))
"""


def admit(address: str, name: str, *, limit: int) -> bool:
    """Return whether the socket `name` may stay. It counts until `let_go` is called, or until its lease is not
    renewed."""
    try:
        return bool(store().eval(_ADMIT, 1, _key(address), name, limit, LEASE_SECONDS))
    except REDIS_AWAY as error:
        logger.warning("connections of an address not counted: %s", error)
        return True


def renew(names_by_address: Mapping[str, Collection[str]]) -> None:
    """Renew the leases of these sockets. Raise redis.RedisError."""
    pipeline = store().pipeline(transaction=False)
    for address, names in names_by_address.items():
        pipeline.eval(_RENEW, 1, _key(address), LEASE_SECONDS, *names)
    pipeline.execute()


def let_go(address: str, name: str) -> None:
    """Stop counting the socket `name`. Raise redis.RedisError."""
    store().zrem(_key(address), name)


def _key(address: str) -> str:
    return f"spaces:strangers:{address}"
