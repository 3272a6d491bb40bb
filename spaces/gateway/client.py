"""Keep one session on one gateway alive, and rebuild it for as long as the client runs.

After a lost socket, the client claims the old session. Within the gateway's `reclaim_session_timeout` the session still
has its handles, and media went on meanwhile. What the gateway reported while no client listened is lost all the same. A
listener that gets `Reconnected` must therefore compare its own state with the gateway's, whether or not the session was
kept.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Coroutine, Iterator
from secrets import SystemRandom
from typing import Any

from .connection import API, Connection, open_socket
from .endpoint import Endpoint
from .errors import (
    GatewayError,
    GatewayTimeout,
    GatewayUnavailable,
    HandleLost,
    NoSuchHandle,
    NoSuchSession,
    SessionLost,
    UnexpectedAnswer,
)
from .handle import Handle
from .messages import Detached, Event, SessionTimeout
from .notices import Connected, Disconnected, Notice, Reconnected, Subject
from .protocol import Counters, Late, Protocol, Reply

logger = logging.getLogger(__name__)

OnAnswer = Callable[[str, float | None], None]

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 2.0
"""Seconds between attempts to connect. They are short, because every second is a second of silence for a listener."""


class GatewayClient:
    """A client with one session on one gateway. It lives on the event loop that called `start`. Times are seconds.

    Attributes:
        was_connected: True once there has been a session. A missing session is then a failure, not the beginning.

    Args:
        on_notice: called on that loop for every unsolicited report of the gateway; must not block or raise.
        on_answer: called on that loop after every request, with its verb and the seconds its answer took, or None if
            there was no answer; must not block or raise.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        on_notice: Callable[[Notice], None] = lambda notice: None,
        on_answer: OnAnswer = lambda verb, seconds: None,
    ) -> None:
        self.endpoint = endpoint
        self._on_notice = on_notice
        self._on_answer = on_answer
        self._protocol = Protocol(endpoint.api_secret)
        self._connection: Connection | None = None
        self._session_id: int | None = None
        self._handles: dict[int, Handle] = {}
        self._leaving: set[int] = set()
        self._controls: dict[str, Handle] = {}
        self._attaching_control = asyncio.Lock()
        self._ready = asyncio.Event()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.was_connected = False
        self._trouble = "not started"

    @property
    def session_id(self) -> int | None:
        return self._session_id

    @property
    def ready(self) -> bool:
        """Return True while there is a session on an open socket."""
        return self._ready.is_set()

    @property
    def counters(self) -> Counters:
        return self._protocol.counters

    async def start(self) -> None:
        """Begin to connect, and stay connected until `close`. Return at once."""
        if self._task is None:
            self._task = asyncio.create_task(self._stay_connected(), name=f"gateway-{self.endpoint.name}")

    async def wait_ready(self, *, timeout: float) -> None:
        """Wait for a session. Raise GatewayUnavailable with the last reason after `timeout` seconds."""
        try:
            async with asyncio.timeout(timeout):
                await self._ready.wait()
        except TimeoutError:
            raise GatewayUnavailable(f"gateway {self.endpoint.name} is not ready: {self._trouble}") from None

    async def close(self, *, keep_session: bool = False) -> None:
        """Destroy the session with all its handles, and stop. May be called again.

        `keep_session` leaves the session to the gateway, which ends it after its `reclaim_session_timeout`.
        """
        task, self._task = self._task, None
        if task is None:
            return
        if not keep_session:
            with contextlib.suppress(GatewayError):  # the session then ends when its reclaim time is over
                await self.request("destroy", deadline=1)
        task.cancel()
        await asyncio.wait([task])
        self._connection = None
        self._ready.clear()
        self._trouble = "closed"
        self._lose_session("the client was closed")

    async def attach(self, plugin: str, *, opaque_id: str, deadline: float | None = None) -> Handle:
        """Make a handle on `plugin`."""
        reply = await self.request("attach", deadline=deadline, plugin=plugin, opaque_id=opaque_id)
        handle = Handle(self, handle_id=_identifier(reply), plugin=plugin, opaque_id=opaque_id)
        self._handles[handle.id] = handle
        return handle

    async def control(self, plugin: str) -> Handle:
        """Return the handle for requests about rooms or mountpoints. It is made on first use, and again in every new
        session."""
        try:
            # Limit the whole wait. Otherwise callers would queue at the lock, and each would wait out the timeouts of
            # those before it.
            async with asyncio.timeout(self.endpoint.request_timeout), self._attaching_control:
                handle = self._controls.get(plugin)
                if handle is None or handle.lost:
                    handle = self._controls[plugin] = await self.attach(plugin, opaque_id="control")
                return handle
        except TimeoutError:
            raise GatewayTimeout(f"no handle on {plugin} before the deadline") from None

    async def request(self, verb: str, *, deadline: float | None = None, **fields: object) -> Reply:
        """Send a request within the session, and return its answer. Raise GatewayUnavailable at once if there is no
        connection."""
        if self._connection is None or not self.ready:
            raise GatewayUnavailable(f"gateway {self.endpoint.name} is not connected: {self._trouble}")
        try:
            return await self._within_session(self._connection, verb, deadline=deadline, **fields)
        except NoSuchSession as error:
            self._wake.set()
            raise SessionLost(error.reason) from error
        except GatewayTimeout:
            self._wake.set()
            raise

    async def release(self, handle: Handle) -> None:
        """Detach a handle that its owner gave up. Called by `Handle.detach`."""
        self._handles.pop(handle.id, None)
        self._leaving.add(handle.id)
        await self._detach(handle.id)

    async def _within_session(
        self, connection: Connection, verb: str, *, deadline: float | None = None, **fields: object
    ) -> Reply:
        seconds = self.endpoint.request_timeout if deadline is None else deadline
        asked_at = time.monotonic()
        try:
            reply = await connection.request(verb, seconds=seconds, session_id=self._session_id, **fields)
        except (GatewayTimeout, GatewayUnavailable):
            self._on_answer(verb, None)
            raise
        self._on_answer(verb, time.monotonic() - asked_at)
        return reply

    async def _detach(self, handle_id: int) -> None:
        """Try to detach a handle. If the gateway cannot be told now, the id stays in `_leaving` for the next
        keepalive."""
        with contextlib.suppress(GatewayUnavailable, GatewayTimeout, SessionLost):
            with contextlib.suppress(NoSuchHandle):
                await self.request("detach", handle_id=handle_id)
            self._leaving.discard(handle_id)

    async def _stay_connected(self) -> None:
        pauses = _pauses()
        while True:
            try:
                await self._connect_and_serve()
            except GatewayError as error:
                self._trouble = error.message
            if self._connection is not None:
                self._leave_connection()
                pauses = _pauses()
            await asyncio.sleep(next(pauses))

    async def _connect_and_serve(self) -> None:
        """Connect, and serve until the connection is over. Always raises a GatewayError that says why it is over."""
        endpoint = self.endpoint
        socket = await open_socket(
            endpoint.url, subprotocol=API, timeout=endpoint.request_timeout, max_bytes=endpoint.max_message_bytes
        )
        connection = Connection(socket, self._protocol, on_event=self._event, on_late=self._late)
        await _until_one_fails(connection.run(), self._serve(connection))

    async def _serve(self, connection: Connection) -> None:
        subject = await self._enter_session(connection)
        self._connection = connection
        self.was_connected = True
        self._ready.set()
        logger.info("gateway %s: %s", self.endpoint.name, subject)
        self._tell(subject)
        await self._keep_alive(connection)

    async def _enter_session(self, connection: Connection) -> Connected | Reconnected:
        if self._session_id is not None and await self._claim(connection):
            return Reconnected(session_kept=True)
        self._session_id = _identifier(await self._within_session(connection, "create"))
        return Reconnected(session_kept=False) if self.was_connected else Connected(session_id=self._session_id)

    async def _claim(self, connection: Connection) -> bool:
        try:
            await self._within_session(connection, "claim")
        except NoSuchSession as error:
            self._lose_session(error.reason)
            return False
        return True

    async def _keep_alive(self, connection: Connection) -> None:
        """Check that the gateway is alive, at intervals and on suspicion, and tell it which handles to drop."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.endpoint.keepalive_every):
                    await self._wake.wait()
            self._wake.clear()
            await self._within_session(connection, "keepalive")
            for handle_id in tuple(self._leaving):
                await self._detach(handle_id)

    def _leave_connection(self) -> None:
        self._connection = None
        self._ready.clear()
        logger.warning("gateway %s: %s", self.endpoint.name, self._trouble)
        self._tell(Disconnected(self._trouble))

    def _lose_session(self, reason: str) -> None:
        self._session_id = None
        self._leaving.clear()
        self._controls.clear()
        for handle in self._handles.values():
            handle.lose(SessionLost(reason))
        self._handles.clear()

    def _event(self, event: Event) -> None:
        if isinstance(event, SessionTimeout):
            self._wake.set()  # the keepalive will be refused, and a new session follows
            return self._tell(event)
        handle = self._handles.get(event.handle_id)
        if handle is not None and isinstance(event, Detached):
            handle.lose(HandleLost("detached by the gateway"))
            del self._handles[handle.id]
        return self._tell(event, handle)

    def _late(self, late: Late) -> None:
        match late:
            case Late(verb="attach", result=Reply(data={"id": int() as handle_id})):
                self._leaving.add(handle_id)
                self._wake.set()

    def _tell(self, subject: Subject, handle: Handle | None = None) -> None:
        self._on_notice(Notice(self.endpoint.name, subject, handle.opaque_id if handle else None))


async def _until_one_fails(*endless: Coroutine[Any, Any, None]) -> None:
    """Run all coroutines, raise the first failure, and end the others.

    This is not a TaskGroup. In CPython 3.11, a TaskGroup that ends with an error forgets a cancellation that came
    meanwhile, and `close` would wait for ever.
    """
    tasks = [asyncio.create_task(work) for work in endless]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _identifier(reply: Reply) -> int:
    match reply.data:
        case {"id": int() as identifier}:
            return identifier
    raise UnexpectedAnswer("the gateway gave no id")


def _pauses() -> Iterator[float]:
    """Yield growing pauses in seconds. The jitter keeps many processes from returning to a restarted gateway in
    step."""
    pause = FIRST_PAUSE
    while True:
        yield pause * SystemRandom().uniform(0.5, 1)
        pause = min(2 * pause, LONGEST_PAUSE)
