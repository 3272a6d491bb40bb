"""Limit how often one session, token or address opens a socket, before the database or Redis is asked."""

from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.http import parse_cookie

from spaces import events
from spaces.doors.signalling.limits import Handshakes, allowances
from spaces.doors.signalling.origins import bearer_key
from spaces_project.common.addresses import address_of


class Paced:
    """An ASGI application that passes on no more handshakes than one session, token or address may open.

    Those beyond the limit are accepted and closed with the reason `too_many_messages`, because a browser shows a page
    no reason of a refused handshake. A client that goes on regardless is refused with HTTP 403, which costs least.
    """

    def __init__(self, application: Any) -> None:
        self._application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        pace = _pace(scope)
        if pace.openings.take():
            await self._application(scope, receive, send)
        elif pace.refusals.take():
            await _turn_away(send)
        else:
            await send({"type": "websocket.close"})


def is_hopeless(scope: dict[str, Any]) -> bool:
    """Return True if `Paced` would refuse this handshake with HTTP 403. A server asks before it makes a socket. The
    scope needs only its `client` and `headers`."""
    return _pace(scope).is_used_up()


_ACCEPT: Final = {"type": "websocket.accept"}


async def _turn_away(send: Any) -> None:
    await send(_ACCEPT)
    await send({"type": "websocket.send", "text": events.bye(events.CLOSE_FLOOD)})
    await send({"type": "websocket.close", "code": events.CLOSE_FLOOD.code})


def session_key_of(scope: Mapping[str, Any]) -> str:
    """Return the key in the session cookie of a handshake, or the empty string without one."""
    lines = (value.decode("latin1") for name, value in scope["headers"] if name == b"cookie")
    return parse_cookie("; ".join(lines)).get(settings.SESSION_COOKIE_NAME, "")


def _pace(scope: dict[str, Any]) -> Handshakes:
    if key := bearer_key(scope) or session_key_of(scope):
        return allowances().of_handshakes(key)
    return allowances().of_handshakes_from(address_of(scope), sockets=settings.SPACES_PUBLIC_CONNECTIONS)
