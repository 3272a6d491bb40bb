"""Writing to sockets so that a slow reader does not delay the others.

A server usually takes a frame at once, so a write is a plain call: no task, no queue and no wake-up for each socket.
Only uvicorn waits, for a peer whose buffers are full. Later messages for that peer queue up here, to a limit, and no
other socket waits. (daphne never waits and keeps everything; a peer that is gone costs memory until its ping fails.)

Where the server takes prepared messages, a frame for many sockets is turned into bytes once and written as it is.
"""

import asyncio
import time
import types
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from spaces import events
from spaces_project.common import metrics
from spaces_project.common.prepared import Write, prepare

Message = dict[str, Any]
Sending = Coroutine[Any, Any, None]

BACKLOG: Final = 100
"""How many messages are kept for a peer that reads too slowly."""
YIELD_EVERY: Final = 200
"""How many frames are written before other work of the event loop runs."""


@dataclass(eq=False)
class Socket:
    """One open WebSocket. `send` takes an ASGI message and does not raise. Some servers also have `write_prepared`.

    `kind` is the purpose of the socket: a user may have a limited number of sockets of each kind. `proof` is the
    password's hash when the session was last checked. A socket that is silent for `silent_after` seconds is closed.
    """

    user_id: int
    session_key: str
    send: Callable[[Message], Sending]
    write_prepared: Write | None = None
    kind: str = ""
    proof: str = ""
    silent_after: float = 150.0
    """Browsers let a page in the background ping only once a minute."""
    heard_at: float = field(default_factory=time.monotonic)
    _backlog: deque[Message] = field(default_factory=deque)
    _catching_up: asyncio.Task[None] | None = None
    _is_given_up: bool = False
    _held: list[Message] | None = None

    def write(self, frame: str) -> None:
        """Write a frame, in the order of calls."""
        self.post(_text(frame))

    def close(self, code: int) -> None:
        """Close the socket after everything written before."""
        self.post({"type": "websocket.close", "code": code})

    def end(self, frame: str | None, code: int) -> None:
        """Write the frame of a `bye`, and close the socket. A socket that is already closed is sent nothing."""
        if frame is not None:
            self.write(frame)
        self.close(code)

    def end_for(self, close: events.Close) -> None:
        """Close the socket for this reason, which its client reads first."""
        self.end(events.bye(close), close.code)

    def post(self, message: Message) -> None:
        """Write the message now, or as soon as the peer reads again. The order is kept."""
        if self._held is not None:
            self._hold_back(message)
        elif self._catching_up is not None:
            self._put_off(message)
        elif (rest := _begin(self.send(message))) is not None:
            self._catching_up = asyncio.create_task(self._catch_up(rest))

    def deliver(self, message: Message, prepared: bytes) -> None:
        """Write the message like `post`. `prepared` is the same message as bytes."""
        if (
            self._held is not None
            or self._catching_up is not None
            or self.write_prepared is None
            or not self.write_prepared(prepared)
        ):
            self.post(message)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold back what is posted inside the block until its end. If a command ends this socket, its answer must come
        first."""
        self._held = []
        try:
            yield
        finally:
            self._let_go()

    def _hold_back(self, message: Message) -> None:
        if self._held is not None:
            self._held.append(message)
            if len(self._held) >= BACKLOG:
                self._let_go()

    def _let_go(self) -> None:
        kept, self._held = self._held, None
        for message in kept or ():
            self.post(message)

    def _put_off(self, message: Message) -> None:
        """Keep the message for a slow reader. A reader whose backlog is full is closed instead; it reconnects and gets
        one snapshot, which is a single message."""
        if self._is_given_up:
            return
        if len(self._backlog) >= BACKLOG:
            self._is_given_up = True
            metrics.SLOW_READERS.inc()
            self._backlog.clear()
            self._backlog.append(_text(events.bye(events.CLOSE_SLOW)))
            message = {"type": "websocket.close", "code": events.CLOSE_SLOW.code}
        self._backlog.append(message)

    async def _catch_up(self, rest: Awaitable[None]) -> None:
        await rest
        while self._backlog:
            await self.send(self._backlog.popleft())
        self._catching_up = None


async def broadcast(sockets: Iterable[Socket], frame: str) -> None:
    """Write the same frame to many sockets; it is encoded once."""
    message, prepared, number = _text(frame), prepare(frame), 0
    for number, socket in enumerate(sockets, start=1):
        socket.deliver(message, prepared)
        if number % YIELD_EVERY == 0:
            await asyncio.sleep(0)
    metrics.FRAMES.inc(number)


def _text(frame: str) -> Message:
    return {"type": "websocket.send", "text": frame}


def _begin(sending: Sending) -> Awaitable[None] | None:
    """Run the coroutine up to its first wait, as an eager task of Python 3.12 does. Return None if it is done, and the
    rest of it otherwise."""
    try:
        awaited = sending.send(None)
    except StopIteration:
        return None
    return _rest(awaited, sending)


@types.coroutine
def _rest(awaited: Any, sending: Sending) -> Generator[Any, Any, None]:
    yield awaited
    yield from sending
