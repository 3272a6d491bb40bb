"""Limits on the size of a request, and on the time in which its body must arrive, applied before any of it is kept.

Django reads the whole body before a view sees the request, and daphne reads it before Django does. So uvicorn's bodies
are counted here, and daphne's in `spaces_project.daphne` while they arrive. `deploy/proxy` refuses by the length alone.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from django.urls import reverse

Receive = Callable[[], Awaitable[dict[str, Any]]]
Application = Callable[[dict[str, Any], Any, Any], Awaitable[None]]

MEGABYTE: Final = 1024 * 1024
WITH_PICTURE: Final = ("avatar_settings", "compose", "fleet_new", "api_posts")
"""Names of the views that accept images."""
LONGEST_TARGET: Final = 8 * 1024
"""Characters of a path with its query, as nginx has it. Ids of a hundred Spaces and a long search fit in four times."""
LINGER_SECONDS: Final = 2.0
"""How long a refused body is read and thrown away. A browser that is still sending does not read the refusal."""


@dataclass(frozen=True, slots=True)
class Limit:
    """The size of a body in bytes, and the time in seconds in which it must arrive."""

    size: int
    seconds: float


ORDINARY: Final = Limit(1 * MEGABYTE, 20)
PICTURE: Final = Limit(11 * MEGABYTE, 120)


@dataclass(frozen=True, slots=True)
class Refusal:
    """The response to a request that is refused."""

    status: int
    phrase: str
    text: str

    @property
    def body(self) -> bytes:
        return f"{self.text}\n".encode()

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        length = str(len(self.body)).encode()
        return [(b"content-type", b"text/plain"), (b"content-length", length), (b"connection", b"close")]

    @property
    def response(self) -> bytes:
        """Return the whole response, for a server that writes it itself."""
        lines = [f"HTTP/1.1 {self.status} {self.phrase}".encode()]
        lines += [name + b": " + value for name, value in self.headers]
        return b"\r\n".join([*lines, b"", self.body])


TOO_LARGE: Final = Refusal(413, "Content Too Large", "The request is too large.")
TOO_LONG: Final = Refusal(414, "URI Too Long", "The address is too long.")
TOO_MANY: Final = Refusal(403, "Forbidden", "Too many sockets are opened.")
TOO_SLOW: Final = Refusal(408, "Request Timeout", "This took too long to arrive.")


class NotTaken(Exception):
    """The body was refused while it was being read. The argument is the refusal."""


@cache
def _paths_with_picture() -> frozenset[str]:
    return frozenset(map(reverse, WITH_PICTURE))


def limit_of(path: str) -> Limit:
    """Return the limit for a request's path: larger for the few views that accept an image."""
    return PICTURE if path in _paths_with_picture() else ORDINARY


class Bounded:
    """An ASGI application that refuses addresses which are too long, and bodies which are too large, by their announced
    or counted length, or too slow."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Any) -> None:
        """Pass requests without a body, which are nearly all, straight to the application. Check the others.

        An address that is too long is refused here, because a page that says "not found" costs much more.
        """
        scope["root_path"] = ""  # daphne takes it from a header, so a client could put a path before our links
        if scope["type"] == "http" and len(scope["path"]) + len(scope.get("query_string", b"")) > LONGEST_TARGET:
            return await _refuse(TOO_LONG, receive, send)
        length, is_chunked = _announced(scope) if scope["type"] == "http" else (0, False)
        if not length and not is_chunked:
            return await self._application(scope, receive, send)
        limit = limit_of(scope["path"])
        if length > limit.size:
            return await _refuse(TOO_LARGE, receive, send)
        return await self._bounded(scope, _Body(receive, limit), send)

    async def _bounded(self, scope: dict[str, Any], body: "_Body", send: Any) -> None:
        has_begun = False

        async def watched(message: dict[str, Any]) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._application(scope, body, watched)
        except NotTaken as error:
            if has_begun:
                raise
            await _refuse(error.args[0], body.receive, send)


class _Body:
    """The `receive` of a request whose body is counted and timed.

    After the whole body has arrived there is no deadline.
    """

    def __init__(self, receive: Receive, limit: Limit) -> None:
        self.receive = receive
        self._left = limit.size
        self._is_complete = False
        self._until = asyncio.get_running_loop().time() + limit.seconds

    async def __call__(self) -> dict[str, Any]:
        if self._is_complete:
            return await self.receive()
        try:
            async with asyncio.timeout_at(self._until):
                message = await self.receive()
        except TimeoutError:
            raise NotTaken(TOO_SLOW) from None
        self._left -= len(message.get("body", b""))
        self._is_complete = not message.get("more_body", False)
        if self._left < 0:
            raise NotTaken(TOO_LARGE)
        return message


def _announced(scope: dict[str, Any]) -> tuple[int, bool]:
    """Return the length given by the headers, and whether the body is chunked and therefore has no length."""
    length, is_chunked = 0, False
    for name, value in scope["headers"]:
        if name == b"content-length":
            length = max(length, int(value) if value.isdigit() else 0)
        elif name == b"transfer-encoding":
            is_chunked = True
    return length, is_chunked


async def _refuse(refusal: Refusal, receive: Receive, send: Any) -> None:
    """Send the refusal, then read on for a moment without keeping anything, so that the client reads the refusal."""
    await send({"type": "http.response.start", "status": refusal.status, "headers": refusal.headers})
    await send({"type": "http.response.body", "body": refusal.body, "more_body": True})
    try:
        async with asyncio.timeout(LINGER_SECONDS):
            left = PICTURE.size
            while left > 0 and (message := await receive()).get("more_body", False):
                left -= len(message.get("body", b""))
    except TimeoutError:
        pass
    await send({"type": "http.response.body", "body": b""})
