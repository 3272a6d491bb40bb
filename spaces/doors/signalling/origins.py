"""Decide who may open a socket: a page of this site, or a program with a token.

A browser sends cookies along with the WebSocket of any page and leaves the check of the origin to the server. A page
cannot make a browser send a token in a header, so a token needs no origin.
"""

from collections.abc import Collection, Mapping
from typing import Any

from channels.security.websocket import WebsocketDenier

from accounts import credentials


class OnlyFrom:
    """An ASGI application that refuses the handshake (HTTP 403) unless exactly one `Origin` header equals one of
    `origins`. A request without `Origin` passes if it has a bearer token.

    Browsers write an origin in one way only (RFC 6454 §6.2), with scheme and port. Comparing the text is therefore
    enough. Channels' own validator parses the origin, and fails on a port that is not a number.
    """

    def __init__(self, application: Any, origins: Collection[str]) -> None:
        self._application = application
        self._origins = frozenset(origin.encode() for origin in origins)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        given = [value for name, value in scope["headers"] if name == b"origin"]
        allowed = (len(given) == 1 and given[0] in self._origins) or (not given and bearer_key(scope) is not None)
        await (self._application if allowed else WebsocketDenier())(scope, receive, send)


def bearer_key(scope: Mapping[str, Any]) -> str | None:
    """Return the token of `Authorization: Bearer …`, or None without exactly one such header."""
    given = [value.decode("latin1") for name, value in scope["headers"] if name == b"authorization"]
    return credentials.bearer_key(given[0]) if len(given) == 1 else None
