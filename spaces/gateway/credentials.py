"""Derive the secret and pin of every room and mountpoint instead of storing them.

A process with the gateway's admin key can compute them, at any time and after any crash. So the supervisor can clear a
gateway whose rooms other processes made. They differ for each room, so a secret that leaks opens no other room.
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from enum import StrEnum


class Secured(StrEnum):
    """The kinds of things that have credentials of their own."""

    ROOM = "room"
    MOUNTPOINT = "mountpoint"


@dataclass(frozen=True, slots=True)
class Credentials:
    """The two secrets of a room or mountpoint: `secret` to manage it, `pin` to enter or watch it."""

    secret: str = field(repr=False)
    pin: str = field(repr=False)


def credentials_of(kind: Secured, name: str, *, admin_key: str) -> Credentials:
    """Return the credentials of the room or mountpoint with id `name` on the gateway with this admin key."""
    return Credentials(*(_derived(admin_key, f"{kind}:{use}:{name}") for use in ("secret", "pin")))


def _derived(key: str, purpose: str) -> str:
    return hmac.new(key.encode(), purpose.encode(), hashlib.sha256).hexdigest()[:32]
