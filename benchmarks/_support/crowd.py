"""Many WebSocket clients in one process, cheap enough that the server is what is measured.

A client follows the protocol as a page does: it offers compression in its handshake, answers pings and sends its
heartbeat. It does not decode frames. When a frame begins with `STAMPED`, the client notes how old the stamp is.
"""

import asyncio
import base64
import itertools
import os
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final, cast

STAMPED: Final = b'{"type":"stage.changed","seq":'
"""Start of the measured frame; its `seq` is the time of its publication, in ns of the monotonic clock."""

_TEXT, _CLOSE, _PING, _PONG = 0x1, 0x8, 0x9, 0xA
_TURNS: Final = 100
_MASK: Final = bytes(4)
"""RFC 6455 requires a mask on a client's frames. A mask of zeros is valid and costs neither side anything."""


@dataclass
class Tally:
    """The results of all clients so far: one latency in seconds per stamped frame, and why sockets were closed."""

    latencies: list[float] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Door:
    """The address of a server. Clients take its ports in turn, send `first` at once, and have joined with its reply."""

    ports: tuple[int, ...]
    path: str
    first: str | None = None
    heartbeat: str | None = None


class Client(asyncio.Protocol):
    def __init__(self, door: Door, port: int, cookie: str, tally: Tally) -> None:
        self.joined: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._door = door
        self._port = port
        self._cookie = cookie
        self._tally = tally
        self._is_open = False
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(_handshake(self._door.path, self._port, self._cookie))

    def data_received(self, data: bytes) -> None:
        now = time.monotonic_ns()
        self._received += data
        if not self._is_open:
            self._open()
        while self._is_open and (frame := _first_frame(self._received)):
            opcode, payload, self._received = frame
            self._hear(opcode, payload, now)

    def connection_lost(self, error: Exception | None) -> None:
        self._fail(f"connection lost: {error}")

    def beat(self) -> None:
        if self._door.heartbeat is not None:
            self._say(_TEXT, self._door.heartbeat.encode())

    def close(self) -> None:
        self._tally = Tally()  # a socket closed on purpose does not count as lost
        self._transport.abort()

    def _open(self) -> None:
        head, found, rest = self._received.partition(b"\r\n\r\n")
        if not found:
            return
        if b" 101 " in head.partition(b"\r\n")[0]:
            self._is_open, self._received = True, rest
            self._enter()
        else:
            self._fail(head.decode(errors="replace"))

    def _enter(self) -> None:
        if self._door.first is None:
            self.joined.set_result(None)
        else:
            self._say(_TEXT, self._door.first.encode())

    def _hear(self, opcode: int, payload: bytes, now: int) -> None:
        if payload.startswith(STAMPED):
            stamp = int(payload[len(STAMPED) : payload.index(b",", len(STAMPED))])
            self._tally.latencies.append((now - stamp) / 1e9)
        elif opcode == _PING:
            self._say(_PONG, payload)
        elif opcode == _CLOSE:
            self._fail(f"closed with {payload[:2].hex()} {payload[2:]!r}")
        elif not self.joined.done() and payload.startswith(b'{"re":'):
            self._joined(payload)

    def _joined(self, reply: bytes) -> None:
        if b'"error"' in reply[:20]:
            self._fail(reply.decode())
        else:
            self.joined.set_result(None)

    def _fail(self, why: str) -> None:
        self._tally.closed.append(why)
        if not self.joined.done():
            self.joined.set_exception(ConnectionError(why))

    def _say(self, opcode: int, payload: bytes) -> None:
        length = len(payload)
        size = bytes([0x80 | length]) if length < 126 else b"\xfe" + struct.pack("!H", length)
        self._transport.write(bytes([0x80 | opcode]) + size + _MASK + payload)


class Crowd:
    """Clients of one server, one for each cookie."""

    HEARTBEAT_SECONDS: Final = 10.0
    IN_FLIGHT: Final = 32
    """Number of clients that join at the same time."""
    JOINS_WITHIN: Final = 30.0

    def __init__(self, door: Door, cookies: Sequence[str]) -> None:
        self.tally = Tally()
        self.join_seconds: list[float] = []
        self._door = door
        self._waiting = list(cookies)
        self._clients: list[Client] = []

    async def join(self) -> None:
        """Open all sockets. Raises ConnectionError with the server's answer if it refuses one."""
        self._beating = asyncio.create_task(self._beat())
        async with asyncio.TaskGroup() as group:
            for _ in range(self.IN_FLIGHT):
                group.create_task(self._join_some())

    async def hear(self, frames: int, *, within: float) -> bool:
        """Wait until that many stamped frames arrived in total. Return False if `within` seconds were not enough."""
        deadline = time.monotonic() + within
        while len(self.tally.latencies) < frames and time.monotonic() < deadline:
            await asyncio.sleep(0.005)
        return len(self.tally.latencies) >= frames

    def beat(self, part: int, parts: int) -> int:
        """Let every `parts`-th client send its heartbeat, beginning with the client `part`. Return how many did."""
        chosen = self._clients[part::parts]
        for client in chosen:
            client.beat()
        return len(chosen)

    async def leave(self) -> None:
        self._beating.cancel()
        for client in self._clients:
            client.close()
        await asyncio.sleep(0.1)

    async def _join_some(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            cookie, started = self._waiting.pop(), time.monotonic()
            port = self._door.ports[len(self._waiting) % len(self._door.ports)]
            connecting = partial(Client, self._door, port, cookie, self.tally)
            _, client = await loop.create_connection(connecting, "127.0.0.1", port)
            async with asyncio.timeout(self.JOINS_WITHIN):
                await client.joined
            self._clients.append(client)
            self.join_seconds.append(time.monotonic() - started)

    async def _beat(self) -> None:
        """Send each client's heartbeat once in ten seconds. A late turn does not delay the turns after it."""
        started = time.monotonic()
        for turn in itertools.count(1):
            await asyncio.sleep(started + turn * self.HEARTBEAT_SECONDS / _TURNS - time.monotonic())
            self.beat(turn % _TURNS, _TURNS)


def _handshake(path: str, port: int, cookie: str) -> bytes:
    return (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\nCookie: {cookie}\r\n\r\n"
    ).encode()


def _first_frame(received: bytes) -> tuple[int, bytes, bytes] | None:
    """Return `(opcode, payload, rest)`, or None while the frame is incomplete (RFC 6455 §5.2; servers send no mask)."""
    if len(received) < 2:
        return None
    length, start = received[1], 2
    if length == 126:
        length, start = int.from_bytes(received[2:4]), 4
    elif length == 127:
        length, start = int.from_bytes(received[2:10]), 10
    end = start + length
    if len(received) < max(start, end):
        return None
    return received[0] & 0x0F, received[start:end], received[end:]
