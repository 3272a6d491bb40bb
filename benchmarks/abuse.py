"""Measure what one attacker costs all others: the time of a host's *mute*, memory, and the answer of `/readyz`.

    python -m benchmarks.abuse [--seconds 10] [--server daphne|uvicorn|both]

The whole product runs on this machine. Ada hosts and grace has a microphone. Grace unmutes and ada mutes her, over and
over; the clock runs from ada's command until its reply. This is measured without an attack, then during each of these:

1. one account opens 300 sockets on the Space, never joins, and asks for a snapshot 17 times a second on each;
2. 45 sockets without an account do the same, from one address;
3. one request without a session carries a body of 300 MB;
4. requests carry a path of 15,000 characters, one after the other;
5. one account has 20 webhooks whose receiver sends a byte every five seconds.

Goals: p99 of *mute* at most twice the one without an attack; the web process grows by 30 MB at most; `/readyz` answers
within 0.5 s.
"""

import argparse
import asyncio
import contextlib
import json
import multiprocessing
import socket
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from benchmarks._support.table import markdown, percentile, versions
from tests.support.environment import isolate
from tests.support.ports import free_port
from tests.support.stack import Server, Stack

SOCKETS_OF_ONE_ACCOUNT: Final = 300
SOCKETS_WITHOUT_ACCOUNT: Final = 45
SYNCS_PER_SECOND: Final = 17
BODY_BYTES: Final = 300 * 1024**2
PATH_CHARACTERS: Final = 15_000
WEBHOOKS: Final = 20
MUTE_EVERY: Final = 0.1
READY_EVERY: Final = 0.25
ANSWERS_WITHIN: Final = 30.0
SETTLES_WITHIN: Final = 2.0
ATTACK_STARTS_WITHIN: Final = 1.5

_PREPARE: Final = """
import json
from django.conf import settings
from django.test import Client
from accounts.models import User, Webhook
from spaces import services
from spaces.models import Space
from spaces.states import Role

people = {name: User.objects.get(username=name) for name in ("ada", "grace", "alan")}
space = services.create_space(user=people["ada"], title="Abuse")
space.participants.create(user=people["grace"], role=Role.SPEAKER, muted=True)
for _ in range({webhooks}):
    Webhook.objects.create(
        owner=people["ada"], url="{receiver}", secret="whsec_" + "A" * 32, events=["space.scheduled"]
    )
cookies = {}
for name, user in people.items():
    client = Client()
    client.force_login(user)
    cookies[name] = settings.SESSION_COOKIE_NAME + "=" + client.cookies[settings.SESSION_COOKIE_NAME].value
print(json.dumps({"space": space.public_id, "grace": str(people["grace"].pk), "cookies": cookies}))
"""

_SCHEDULE: Final = """
from django.utils import timezone
from datetime import timedelta
from accounts.models import User
from spaces import services
ada = User.objects.get(username="ada")
for number in range(3):
    services.create_space(user=ada, title=f"Later {number}", start=False,
                          scheduled_start=timezone.now() + timedelta(hours=number + 1))
"""


@dataclass(frozen=True)
class Target:
    """What a client must know of a site: the port, the live Space, and the session cookies by user name."""

    port: int
    space: str
    cookies: dict[str, str]


@dataclass(frozen=True)
class Site:
    """A running product with a live Space in it."""

    stack: Stack
    grace: str
    target: Target

    @property
    def memory(self) -> int:
        """Return the resident bytes of the web process."""
        status = Path(f"/proc/{self.stack.pid('web')}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) * 1024


@dataclass
class Seen:
    """What other users saw during an attack: times in seconds, and the number of failed commands."""

    mutes: list[float] = field(default_factory=list)
    ready: list[float] = field(default_factory=list)
    failed: int = 0


Attack = Callable[[Site], AbstractAsyncContextManager[None]]


def main() -> None:
    options = _options()
    isolate()
    servers: list[Server] = ["daphne", "uvicorn"] if options.server == "both" else [options.server]
    for server in servers:
        with _site(server) as site:
            rows = asyncio.run(_measure(site, options.seconds))
        head = [server, "mute p50 ms", "p99 ms", "÷ quiet", "readyz most ms", "web MB", "failed"]
        print(markdown(head, rows), "\n", sep="")
    print(versions("daphne", "uvicorn"))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=10.0, help="how long each attack lasts (default 10)")
    parser.add_argument("--server", choices=["daphne", "uvicorn", "both"], default="both")
    return parser.parse_args()


@contextlib.contextmanager
def _site(server: Server) -> Iterator[Site]:
    receiver = free_port()
    trusted = {"WEBHOOK_TRUSTED_HOSTS": "127.0.0.1", "WEBHOOK_PORTS": str(receiver)}
    with tempfile.TemporaryDirectory() as name, Stack(Path(name), server=server, environment=trusted) as stack:
        code = _PREPARE.replace("{webhooks}", str(WEBHOOKS)).replace("{receiver}", f"http://127.0.0.1:{receiver}/")
        known = json.loads(stack.manage("shell", "--command", code).splitlines()[-1])
        with _slow_receiver(receiver):
            yield Site(stack, known["grace"], Target(stack.port, known["space"], known["cookies"]))


async def _measure(site: Site, seconds: float) -> list[list[str]]:
    attacks: dict[str, Attack] = {
        "quiet": _nothing,
        f"{SOCKETS_OF_ONE_ACCOUNT} sockets of one account": _one_account,
        f"{SOCKETS_WITHOUT_ACCOUNT} sockets without an account": _nameless,
        "a body of 300 MB": _large_body,
        f"paths of {PATH_CHARACTERS:,} characters": _long_paths,
        f"{WEBHOOKS} slow webhooks": _webhooks,
    }
    async with _Room(site) as room:
        await _watch(site, room, 3.0)  # warm up: the first commands are slower
        quiet, rows = float("nan"), []
        for name, attack in attacks.items():
            before = site.memory
            async with attack(site):
                seen = await _watch(site, room, seconds)
            p99 = percentile(seen.mutes, 0.99)
            quiet = p99 if name == "quiet" else quiet
            figures = [percentile(seen.mutes, 0.5) * 1e3, p99 * 1e3, p99 / quiet, max(seen.ready) * 1e3]
            grown = (site.memory - before) / 1024**2
            rows.append([name, *(f"{figure:.1f}" for figure in figures), f"{grown:+.1f}", str(seen.failed)])
            await asyncio.sleep(SETTLES_WITHIN)
    return rows


async def _watch(site: Site, room: "_Room", seconds: float) -> Seen:
    seen, end = Seen(), time.monotonic() + seconds
    asking = asyncio.create_task(_ask_readiness(site, seen, end))
    while time.monotonic() < end:
        try:
            seen.mutes.append(await room.mute_grace())
        except TimeoutError:
            seen.failed += 1
            seen.mutes.append(ANSWERS_WITHIN)
        await asyncio.sleep(MUTE_EVERY)
    await asking
    return seen


async def _ask_readiness(site: Site, seen: Seen, end: float) -> None:
    while time.monotonic() < end:
        started = time.monotonic()
        await _get(site.target.port, "/readyz")
        seen.ready.append(time.monotonic() - started)
        await asyncio.sleep(READY_EVERY)


class _Room:
    """The sockets of ada and grace."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def __aenter__(self) -> "_Room":
        self._ada = await _Socket.open(self._site.target, "ada")
        self._grace = await _Socket.open(self._site.target, "grace")
        for person in (self._ada, self._grace):
            await person.ask("join")
        return self

    async def __aexit__(self, *error: object) -> None:
        self._ada.close()
        self._grace.close()

    async def mute_grace(self) -> float:
        """Return how many seconds ada's command took. Raises TimeoutError."""
        await self._grace.ask("unmute")
        started = time.monotonic()
        await self._ada.ask("mute.other", user_id=self._site.grace)
        return time.monotonic() - started


class _Socket:
    """A socket of a user or of an anonymous listener. Replies are matched by their `re`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._asked = 0
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def open(cls, target: Target, person: str | None) -> "_Socket":
        reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
        cookie = f"Cookie: {target.cookies[person]}\r\n" if person else ""
        writer.write(
            f"GET /ws/spaces/{target.space} HTTP/1.1\r\nHost: 127.0.0.1:{target.port}\r\n"
            f"Origin: http://127.0.0.1:{target.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n{cookie}\r\n".encode()
        )
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 101 " not in head.partition(b"\r\n")[0]:
            raise ConnectionError(head.decode(errors="replace"))
        return cls(reader, writer)

    async def ask(self, command: str, **fields: str) -> None:
        """Send a command and wait for its reply. Raises TimeoutError."""
        self._asked += 1
        reply: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[self._asked] = reply
        self.say({"type": command, "id": self._asked, **fields})
        async with asyncio.timeout(ANSWERS_WITHIN):
            await reply

    def say(self, message: dict[str, Any]) -> None:
        payload = json.dumps(message).encode()
        self._writer.write(bytes([0x81, 0x80 | len(payload)]) + bytes(4) + payload)

    def close(self) -> None:
        self._reading.cancel()
        self._writer.transport.abort()

    @property
    def is_closed(self) -> bool:
        return self._reading.done()

    async def _read(self) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                opcode, payload = await self._frame()
                if opcode == 0x8:
                    return
                if opcode == 0x9:
                    self._writer.write(bytes([0x8A, 0x80 | len(payload)]) + bytes(4) + payload)
                elif payload.startswith(b'{"re":'):
                    self._answer(json.loads(payload))

    async def _frame(self) -> tuple[int, bytes]:
        first, length = await self._reader.readexactly(2)
        if length == 126:
            length = int.from_bytes(await self._reader.readexactly(2))
        elif length == 127:
            length = int.from_bytes(await self._reader.readexactly(8))
        return first & 0x0F, await self._reader.readexactly(length)

    def _answer(self, reply: dict[str, Any]) -> None:
        if (waiting := self._waiting.pop(reply["re"], None)) and not waiting.done():
            waiting.set_result(reply)


@contextlib.asynccontextmanager
async def _nothing(site: Site) -> AsyncIterator[None]:
    yield


@contextlib.asynccontextmanager
async def _attacked(work: Callable[[Target], Coroutine[Any, Any, None]], site: Site) -> AsyncIterator[None]:
    """Run the attack in a process of its own: the host's clock must not wait for turns of the attacker's loop."""
    process = multiprocessing.get_context("spawn").Process(target=_run_attack, args=(work, site.target), daemon=True)
    process.start()
    await asyncio.sleep(ATTACK_STARTS_WITHIN)
    try:
        yield
    finally:
        process.kill()
        await asyncio.to_thread(process.join)


def _run_attack(work: Callable[[Target], Coroutine[Any, Any, None]], target: Target) -> None:
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        asyncio.run(work(target))


def _one_account(site: Site) -> AbstractAsyncContextManager[None]:
    return _attacked(_snapshots_of_alan, site)


def _nameless(site: Site) -> AbstractAsyncContextManager[None]:
    return _attacked(_snapshots_without_account, site)


def _large_body(site: Site) -> AbstractAsyncContextManager[None]:
    return _attacked(_send_body, site)


def _long_paths(site: Site) -> AbstractAsyncContextManager[None]:
    return _attacked(_ask_for_paths, site)


async def _snapshots_of_alan(target: Target) -> None:
    await _snapshots(target, "alan", SOCKETS_OF_ONE_ACCOUNT)


async def _snapshots_without_account(target: Target) -> None:
    await _snapshots(target, None, SOCKETS_WITHOUT_ACCOUNT)


async def _snapshots(target: Target, person: str | None, number: int) -> None:
    """Ask for snapshots without end. Open a refused or closed socket again, as an attacker would."""
    await asyncio.gather(*(_snapshots_of_one(target, person) for _ in range(number)))


async def _snapshots_of_one(target: Target, person: str | None) -> None:
    while True:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            opened = await _Socket.open(target, person)
            try:
                while not opened.is_closed:
                    opened.say({"type": "sync", "id": 1})
                    await asyncio.sleep(1 / SYNCS_PER_SECOND)
            finally:
                opened.close()
        await asyncio.sleep(1)


async def _send_body(target: Target) -> None:
    """Send the body from its start again as often as the server refuses it."""
    while True:
        with contextlib.suppress(OSError):
            await _send_body_once(target)
        await asyncio.sleep(1)


async def _send_body_once(target: Target) -> None:
    _reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
    writer.write(
        f"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1:{target.port}\r\nContent-Length: {BODY_BYTES}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n\r\n".encode()
    )
    piece = b"a" * 65536
    for _ in range(BODY_BYTES // len(piece)):
        writer.write(piece)
        await writer.drain()


async def _ask_for_paths(target: Target) -> None:
    path = "/q/" + "-a" * (PATH_CHARACTERS // 2)
    while True:
        await _get(target.port, path)


@contextlib.asynccontextmanager
async def _webhooks(site: Site) -> AsyncIterator[None]:
    await asyncio.to_thread(site.stack.manage, "shell", "--command", _SCHEDULE)
    yield


async def _get(port: int, path: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode())
        async with asyncio.timeout(ANSWERS_WITHIN):
            await reader.read()
    except (TimeoutError, OSError):
        pass
    finally:
        writer.close()


@contextlib.contextmanager
def _slow_receiver(port: int) -> Iterator[None]:
    """Accept connections and send a byte every five seconds on each, in separate threads."""
    listener = socket.create_server(("127.0.0.1", port))
    taken: list[socket.socket] = []

    def take() -> None:
        with contextlib.suppress(OSError):
            while True:
                taken.append(listener.accept()[0])

    def drip() -> None:
        while listener.fileno() != -1:
            for connection in taken[:]:
                with contextlib.suppress(OSError):
                    connection.send(b"H")
            time.sleep(5)

    for work in (take, drip):
        threading.Thread(target=work, daemon=True).start()
    try:
        yield
    finally:
        listener.close()


if __name__ == "__main__":
    main()
