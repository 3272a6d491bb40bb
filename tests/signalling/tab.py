"""One browser tab, as the server sees it: a socket of the real application, with a session and an origin.

async with tab(f"/ws/spaces/{space.public_id}", session=sessions(ada)) as page:
    reply = await page.ask("join")
    event = await page.event("stage.changed")
"""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec
from channels.testing import WebsocketCommunicator
from django.conf import settings

from spaces.doors.signalling.routing import websocket_application

PATIENCE = 5.0
Frame = dict[str, Any]


class Tab:
    def __init__(self, communicator: Any) -> None:
        self._communicator = communicator
        self._numbers = itertools.count(1)
        self._earlier: list[Frame] = []
        self.close_code: int | None = None

    async def ask(self, kind: str, **fields: object) -> Frame:
        """Sends a command and returns its reply; events that come first are kept for `event`."""
        number = next(self._numbers)
        await self.say(msgspec.json.encode({"type": kind, "id": number, **fields}).decode())
        return await self._next(lambda frame: frame.get("re") == number)

    async def code(self, kind: str, **fields: object) -> str:
        """`ok`, or the code of the refusal."""
        reply = await self.ask(kind, **fields)
        return str(reply["error"]["code"]) if "error" in reply else "ok"

    async def say(self, text: str | None = None, *, binary: bytes | None = None) -> None:
        await self._communicator.send_input({"type": "websocket.receive", "text": text, "bytes": binary})

    async def reply(self) -> Frame:
        """The next answer to anything."""
        return await self._next(lambda frame: "re" in frame)

    async def event(self, kind: str) -> Frame:
        return await self._next(lambda frame: frame.get("type") == kind)

    async def closed(self) -> int:
        """Waits until the server closes the socket, and returns the code."""
        async with asyncio.timeout(PATIENCE):
            while self.close_code is None:
                self._earlier.append(await self._receive())
        return self.close_code

    async def hears(self, kind: str, *, within: float) -> int:
        """Return how many events of this type come within so many seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                while True:
                    self._earlier.append(await self._receive())
        return sum(frame.get("type") == kind for frame in self._earlier)

    async def _next(self, wanted: Callable[[Frame], bool]) -> Frame:
        for frame in filter(wanted, self._earlier):
            self._earlier.remove(frame)
            return dict(frame)
        async with asyncio.timeout(PATIENCE):
            while not wanted(frame := await self._receive()):
                assert self.close_code is None, f"closed with {self.close_code} after {self._earlier}"
                self._earlier.append(frame)
        return dict(frame)

    async def _receive(self) -> Frame:
        message = await self._communicator.output_queue.get()
        if message["type"] == "websocket.close":
            self.close_code = message["code"]
            return {}
        frame: Frame = msgspec.json.decode(message["text"])
        return frame


async def is_let_in(path: str, session: str) -> bool:
    """Tell whether the server accepts the handshake of a page with this session. The socket is closed again."""
    communicator = _communicator(path, session=session)
    accepted, _ = await communicator.connect(timeout=PATIENCE)
    await communicator.disconnect(timeout=PATIENCE)
    return bool(accepted)


def _communicator(
    path: str,
    *,
    session: str | None = None,
    origin: str | None = None,
    token: str | None = None,
    client: str = "127.0.0.1",
) -> WebsocketCommunicator:
    headers = [(b"origin", (origin or settings.PUBLIC_ORIGIN).encode())] if origin or token is None else []
    if token is not None:
        headers.append((b"authorization", f"Bearer {token}".encode()))
    if session is not None:
        headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={session}".encode()))
    communicator = WebsocketCommunicator(websocket_application, path, headers=headers)
    communicator.scope["client"] = [client, 50_000]
    return communicator


@contextlib.asynccontextmanager
async def tab(
    path: str,
    *,
    session: str | None = None,
    origin: str | None = None,
    token: str | None = None,
    client: str = "127.0.0.1",
) -> AsyncIterator[Tab]:
    """Connects, and disconnects whatever happens. A program with a `token` sends no origin unless there is one."""
    communicator = _communicator(path, session=session, origin=origin, token=token, client=client)
    connected, _ = await communicator.connect(timeout=PATIENCE)
    assert connected
    try:
        yield Tab(communicator)
    finally:
        await communicator.disconnect(timeout=PATIENCE)


def path_of(public_id: str) -> str:
    return f"/ws/spaces/{public_id}"
