"""Who may open a socket: pages of ours, since browsers send cookies along with any page's WebSocket and leave the check
to us, and programs that show a token, which no page can make a browser send."""

from collections.abc import Collection, Mapping
from typing import Any

from channels.security.websocket import WebsocketDenier


class OnlyFrom:
    """Refuses the handshake (HTTP 403) unless the one `Origin` header is one of `origins`, to the letter, or there is a
    bearer token.

    Browsers write an origin in one way only (RFC 6454 §6.2), with scheme and port, so nothing need be parsed; Channels'
    own validator parses, and fails on a port that is no number.
    """

    def __init__(self, application: Any, origins: Collection[str]) -> None:
        self._application = application
        self._origins = frozenset(origin.encode() for origin in origins)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        given = [value for name, value in scope["headers"] if name == b"origin"]
        allowed = (len(given) == 1 and given[0] in self._origins) or (not given and bearer_key(scope) is not None)
        await (self._application if allowed else WebsocketDenier())(scope, receive, send)


def bearer_key(scope: Mapping[str, Any]) -> str | None:
    """Of `Authorization: Bearer …`; None where there is no such header."""
    given = [value.decode("latin1") for name, value in scope["headers"] if name == b"authorization"]
    kind, _, key = (given[0] if len(given) == 1 else "").partition(" ")
    return key.strip() if kind.lower() == "bearer" else None
