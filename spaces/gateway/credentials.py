"""The secret and pin of every room and mountpoint, derived instead of stored.

Whoever has the gateway's admin key can compute them, in any process and after any crash, so the supervisor can clear a
gateway whose rooms other processes made. They differ per room, so one that leaks opens nothing else.
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from enum import StrEnum


class Secured(StrEnum):
    """What has credentials of its own."""

    ROOM = "room"
    MOUNTPOINT = "mountpoint"


@dataclass(frozen=True, slots=True)
class Credentials:
    """`secret` is needed to manage a room or mountpoint, `pin` to enter or watch it."""

    secret: str = field(repr=False)
    pin: str = field(repr=False)


def credentials_of(kind: Secured, name: str, *, admin_key: str) -> Credentials:
    """The credentials of the room or mountpoint with id `name` on the gateway with this admin key."""
    return Credentials(*(_derived(admin_key, f"{kind}:{use}:{name}") for use in ("secret", "pin")))


def _derived(key: str, purpose: str) -> str:
    return hmac.new(key.encode(), purpose.encode(), hashlib.sha256).hexdigest()[:32]
