"""Which ingest holds which Space: a key in Redis that dies with its holder."""

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
    """Of one ingest. Every method raises redis.RedisError while Redis is away."""

    def __init__(self) -> None:
        self.holder = secrets.token_hex(8)

    def take(self, public_id: str) -> bool:
        """Also true where it is ours already."""
        return bool(store().set(_key(public_id), self.holder, nx=True, px=LEASE_MS)) or self._renew(public_id)

    def renew(self, public_ids: Iterable[str]) -> set[str]:
        """Those that are still ours; after Redis forgot everything, whoever asks first has them again."""
        return {public_id for public_id in public_ids if self.take(public_id)}

    def not_with_others(self, public_ids: Sequence[str]) -> list[str]:
        """Those that `take` would give us now; one question, however many they are."""
        holders = store().mget([_key(public_id) for public_id in public_ids]) if public_ids else []
        ours = self.holder.encode()
        return [public_id for public_id, holder in zip(public_ids, holders, strict=True) if holder in (None, ours)]

    def release(self, public_id: str) -> None:
        self._run(_RELEASE, public_id)

    def _renew(self, public_id: str) -> bool:
        return bool(self._run(_RENEW, public_id, LEASE_MS))

    def _run(self, script: str, public_id: str, *arguments: int) -> Any:
        return store().eval(script, 1, _key(public_id), self.holder, *arguments)


def _key(public_id: str) -> str:
    return f"captions:ingest:{public_id}"
