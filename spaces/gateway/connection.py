"""Use one open WebSocket to a gateway: send requests, match answers, hand events on, and end every waiter when it
closes."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator
from typing import Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Subprotocol

from .errors import GatewayError, GatewayTimeout, GatewayUnavailable
from .messages import Event
from .protocol import Answered, Ignored, Late, Protocol, Reply

logger = logging.getLogger(__name__)

API: Final = Subprotocol("janus-protocol")


async def open_socket(url: str, *, subprotocol: Subprotocol, timeout: float, max_bytes: int) -> ClientConnection:
    """Open a WebSocket to a gateway. Raise GatewayUnavailable."""
    try:
        return await connect(
            url,
            subprotocols=[subprotocol],
            open_timeout=timeout,
            close_timeout=1,
            max_size=max_bytes,
            compression=None,
            proxy=None,  # the gateway is on loopback, so an HTTP_PROXY in the environment does not apply
            ping_interval=None,  # libwebsockets answers pings even when Janus is deadlocked; keepalive asks Janus
        )
    except (OSError, TimeoutError, WebSocketException) as error:
        raise GatewayUnavailable(f"cannot connect: {error}") from error


class Connection:
    """An open WebSocket to a gateway, with the requests that wait for an answer. `run` must be running meanwhile.

    Args:
        on_event: called for every unsolicited message; must not block or raise.
        on_late: called for every answer that came after its waiter had given up; must not block or raise.
    """

    def __init__(
        self,
        socket: ClientConnection,
        protocol: Protocol,
        *,
        on_event: Callable[[Event], None],
        on_late: Callable[[Late], None],
    ) -> None:
        self._socket = socket
        self._protocol = protocol
        self._on_event = on_event
        self._on_late = on_late
        self._outbox: asyncio.Queue[str] = asyncio.Queue()
        self._waiters: dict[str, asyncio.Future[Reply]] = {}
        self._ended = False

    async def request(self, verb: str, *, seconds: float, **fields: object) -> Reply:
        """Send a request and wait for its answer, at most `seconds`.

        Raises GatewayTimeout, GatewayUnavailable as soon as the socket is lost, or GatewayRefused.
        """
        if self._ended:
            raise GatewayUnavailable("the connection is closed")
        deadline = asyncio.get_running_loop().time() + seconds
        transaction, text = self._protocol.request(verb, deadline=deadline, **fields)
        with self._waiter(transaction, deadline) as waiter:
            self._outbox.put_nowait(text)
            return await waiter

    async def run(self) -> None:
        """Carry messages both ways until the socket is lost. Always raises GatewayUnavailable, or ends by
        cancellation."""
        writing = asyncio.create_task(self._write(), name="gateway-writer")
        try:
            while True:
                self._receive(await self._socket.recv())
        except ConnectionClosed as closed:
            raise GatewayUnavailable(f"connection lost: {closed}") from closed
        finally:
            writing.cancel()
            self._end()

    def _end(self) -> None:
        self._ended = True
        for transaction in self._protocol.disconnected():
            self._settle(transaction, GatewayUnavailable("connection lost while waiting"))
        self._socket.transport.abort()  # a closing handshake with a hung gateway would only cost time

    async def _write(self) -> None:
        with contextlib.suppress(ConnectionClosed):  # `run` reads the same socket and ends every waiter
            while True:
                await self._socket.send(await self._outbox.get())

    def _receive(self, text: str | bytes) -> None:
        match self._protocol.receive(text):
            case Answered(transaction=transaction, result=result):
                self._settle(transaction, result)
            case Late() as late:
                self._on_late(late)
            case Ignored(reason="ack"):
                pass
            case Ignored(reason=reason):
                logger.warning("gateway sent a message that is %s", reason)
            case event:
                self._on_event(event)

    @contextlib.contextmanager
    def _waiter(self, transaction: str, deadline: float) -> Iterator[asyncio.Future[Reply]]:
        loop = asyncio.get_running_loop()
        waiter = self._waiters[transaction] = loop.create_future()
        timer = loop.call_at(deadline, self._expire, deadline)
        try:
            yield waiter
        finally:
            timer.cancel()
            del self._waiters[transaction]
            self._protocol.abandon(transaction)

    def _expire(self, deadline: float) -> None:
        # The loop may fire a timer one clock tick early.
        """Give up every request whose deadline has come."""
        for transaction in self._protocol.expire(max(deadline, asyncio.get_running_loop().time())):
            self._settle(transaction, GatewayTimeout("no answer before the deadline"))

    def _settle(self, transaction: str, result: Reply | GatewayError) -> None:
        waiter = self._waiters.get(transaction)
        if waiter is None or waiter.done():  # cancelled in this same turn of the loop
            return
        if isinstance(result, Reply):
            waiter.set_result(result)
        else:
            waiter.set_exception(result)
