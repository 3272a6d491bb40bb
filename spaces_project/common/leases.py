"""Decide which process holds what: a key in Redis for each thing held, which expires when its holder dies."""

import secrets
from collections.abc import Iterable, Sequence
from typing import Any, Final

from spaces_project.common.store import store

LEASE_MS: Final = 6_000
RENEW_EVERY_SECONDS: Final = 1.5

_RENEW: Final = (
    "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) else return 0 end"
)
_RELEASE: Final = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end"


class Leases:
    """The leases of one process on things of one kind. Every method raises redis.RedisError while Redis is away."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self.holder = secrets.token_hex(8)

    def take(self, name: str) -> bool:
        """Take a lease. Return whether it is ours now, also if it was ours already."""
        return bool(store().set(self._key(name), self.holder, nx=True, px=LEASE_MS)) or self._renew(name)

    def renew(self, names: Iterable[str]) -> set[str]:
        """Return the names whose leases are still ours. After Redis lost all, the first to ask has them."""
        return {name for name in names if self.take(name)}

    def not_with_others(self, names: Sequence[str]) -> list[str]:
        """Return the names that `take` would give us now. It is one question, whatever their number."""
        holders = store().mget([self._key(name) for name in names]) if names else []
        ours = self.holder.encode()
        return [name for name, holder in zip(names, holders, strict=True) if holder in (None, ours)]

    def release(self, name: str) -> None:
        """Give up a lease. Do nothing if it is not ours."""
        self._run(_RELEASE, name)

    def _renew(self, name: str) -> bool:
        return bool(self._run(_RENEW, name, LEASE_MS))

    def _run(self, script: str, name: str, *arguments: int) -> Any:
        return store().eval(script, 1, self._key(name), self.holder, *arguments)

    def _key(self, name: str) -> str:
        return f"{self._kind}:{name}"
