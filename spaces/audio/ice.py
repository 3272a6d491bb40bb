"""Tell a browser which servers help it to reach the gateway, for networks that do not let UDP through.

The credentials are of the kind that coturn calls REST: the user name is the moment at which they end, the password an
HMAC of it. Nothing is stored. A credential that leaks relays to the gateway only, for an hour at most.
"""

import base64
import hashlib
import hmac
import secrets
import time
from typing import Final

import msgspec
from django.conf import settings

LIFETIME_SECONDS: Final = 3600


class IceServer(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of a browser's `RTCConfiguration.iceServers`."""

    urls: list[str]
    username: str
    credential: str


def ice_servers() -> list[IceServer]:
    """Return the TURN servers with credentials of their own for one connection. A site without TURN has none."""
    if not settings.TURN_URLS:
        return []
    # A random name for each connection: the TURN server counts its quota by name, and learns nothing about the user.
    username = f"{int(time.time()) + LIFETIME_SECONDS}:{secrets.token_hex(8)}"
    return [IceServer(urls=list(settings.TURN_URLS), username=username, credential=_password(username))]


def _password(username: str) -> str:
    # SHA-1 is what the TURN server computes. As an HMAC it is not broken.
    digest = hmac.new(settings.TURN_SECRET.encode(), username.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()
