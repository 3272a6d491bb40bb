"""From the death of one of two gateways to the moment when everyone in its Space hears again.

    python -m benchmarks.failover [--listeners 200] [--rounds 3] [--restart]

The whole product runs on this machine with two gateways, `main` and `west`. Three people talk in one Space, and
listeners without an account make real connections by the socket protocol (`_support/peers.py`). Each round kills the
gateway of the Space with its supervisor (SIGKILL), as if its machine had lost power. The clock starts with the signal.
For each person it stops with the first packet of sound on a connection made since; the first few listeners must hear
a voice, which is told by the size of a packet. Like a page, a client connects anew when it is told `audio.lost`, within
half a second, and tries again while it is refused.

For comparison `--restart` kills Janus alone: its supervisor starts another one, and no Space moves.

Goal: 95 % of the people hear again within 6 s.
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import random
import signal
import statistics
import tempfile
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin

from benchmarks._support.peers import FRAME_SECONDS, Identity, Peer, identity, opus_tone
from benchmarks._support.table import markdown
from benchmarks.soak import LIMITS
from spaces.gateway.addresses import own_address
from tests.faults.client import log_in
from tests.support.environment import isolate
from tests.support.stack import HEALTHY_WITHIN, Part, Stack

GOAL_SECONDS: Final = 6.0
ANSWERS_WITHIN: Final = 20.0
HEARS_WITHIN: Final = 60.0
BEATS_EVERY: Final = 10.0
SPREAD: Final = 0.5
AGAIN_AFTER: Final = (0.25, 1.0)
AT_ONCE: Final = 10
SPEAKERS: Final = ("ada", "grace", "alan")
EARS: Final = 5
VOICE_BYTES: Final = 30
"""A packet of 20 ms with a voice at 32 kbit/s has some 80 bytes, one of silence three."""
SUPERVISORS: Final[dict[str, Part]] = {"main": "supervisor", "west": "supervisor2"}
_BEGIN: Final = """
from accounts.models import User
from spaces.services import create_space
print(create_space(user=User.objects.get(username="ada"), title="Failover").public_id)
"""
_GATEWAY: Final = """
from spaces.models import Space
print(Space.objects.get(public_id="{}").gateway)
"""


@dataclass(eq=False)
class Person:
    """One client: a socket, and the connection that it makes anew whenever it is lost. `hertz` is set for a speaker."""

    stack: Stack
    own: Identity
    hertz: int | None = None
    is_ear: bool = False
    heard_at: float = 0.0
    """The time of the first packet on the newest connection."""
    peer: Peer | None = None
    _talks: Peer | None = None
    """The connection by which a speaker is sending."""
    _numbers: Any = field(default_factory=lambda: itertools.count(1))
    _waiting: dict[int, asyncio.Future[dict[str, Any]]] = field(default_factory=dict)
    _tasks: list["asyncio.Task[None]"] = field(default_factory=list)
    _socket: ClientConnection | None = None

    async def enter(self, public_id: str, cookie: str = "") -> None:
        """Open the socket and join."""
        address = f"{self.stack.url.replace('http', 'ws', 1)}/ws/spaces/{public_id}"
        headers = {"Cookie": cookie} if cookie else None
        self._socket = await connect(
            address, origin=Origin(self.stack.url), proxy=None, compression=None, additional_headers=headers
        )
        self._run(self._read(self._socket))
        await self.ask("join")
        self._run(self._beat())

    async def ask(self, kind: str, **fields: object) -> dict[str, Any]:
        """Send a command and return its answer. Raise RuntimeError with the code of a refusal, and TimeoutError."""
        assert self._socket is not None
        number = next(self._numbers)
        self._waiting[number] = answer = asyncio.get_running_loop().create_future()
        await self._socket.send(json.dumps({"type": kind, "id": number, **fields}))
        async with asyncio.timeout(ANSWERS_WITHIN):
            message = await answer
        if "error" in message:
            raise RuntimeError(message["error"]["code"])
        return dict(message.get("data") or {})

    async def connect(self) -> None:
        """Connect to the sound, and try until it is heard."""
        while True:
            peer = Peer(own_address(), self.own, offers=self.hertz is not None, decodes=self.is_ear)
            try:
                await (self._listen(peer) if self.hertz is None else self._speak(peer))
                self.heard_at = time.monotonic()
                peer.sink()
            except (RuntimeError, TimeoutError):
                peer.close()
                await asyncio.sleep(random.uniform(*AGAIN_AFTER))
                continue
            old, self.peer = self.peer, peer
            if old is not None:
                old.close()
            return

    async def _listen(self, peer: Peer) -> None:
        offer = (await self.ask("audio.listen"))["sdp"]
        await asyncio.gather(self.ask("audio.answer", sdp=peer.answer(offer)), peer.connect(offer))
        if not self.is_ear:
            peer.witness()
            return await peer.heard()
        voice = asyncio.Event()
        peer.listen(lambda payload: voice.set() if len(payload) > VOICE_BYTES else None)
        async with asyncio.timeout(ANSWERS_WITHIN):
            await voice.wait()
        return None

    async def _speak(self, peer: Peer) -> None:
        ssrc = random.randrange(1, 1 << 31)
        await peer.connect((await self.ask("audio.speak", sdp=peer.offer(ssrc)))["sdp"])
        self._talks = peer
        self._run(self._talk(peer, ssrc))
        peer.witness()
        await peer.heard()

    async def _talk(self, peer: Peer, ssrc: int) -> None:
        packets, send, due = opus_tone(self.hertz or 440), peer.sender(ssrc), time.monotonic()
        for number in itertools.count():
            with contextlib.suppress(OSError):
                send(packets[number % len(packets)], number)
            if self._talks is not peer:
                return
            due += FRAME_SECONDS
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    async def _read(self, socket: ClientConnection) -> None:
        async for text in socket:
            message = json.loads(text)
            if "re" in message:
                self._waiting.pop(message["re"]).set_result(message)
            elif message["type"] == "audio.lost":
                self._run(self._connect_again())

    async def _connect_again(self) -> None:
        await asyncio.sleep(random.uniform(0, SPREAD))
        await self.connect()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEATS_EVERY)
            await self.ask("ping")

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(asyncio.create_task(work))

    async def leave(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self.peer is not None:
            self.peer.close()
        if self._socket is not None:
            await self._socket.close()


def main() -> None:
    options = _options()
    isolate()
    with (
        tempfile.TemporaryDirectory() as name,
        Stack(Path(name), server="uvicorn", gateways=2, environment=LIMITS) as stack,
    ):
        rounds = asyncio.run(_measure(stack, options.listeners, options.rounds, is_restart=options.restart))
    what = "Janus alone is killed" if options.restart else "a gateway dies with its machine"
    print(f"{what}: {options.listeners} listeners, {len(SPEAKERS)} speakers; goal p95 {GOAL_SECONDS:g} s")
    print(markdown(["round", "who", "p50 s", "p95 s", "last s"], rounds))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--listeners", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--restart", action="store_true")
    return parser.parse_args()


async def _measure(stack: Stack, listeners: int, rounds: int, *, is_restart: bool) -> list[list[str]]:
    own, rows = identity(), []
    public_id, speakers = await _conversation(stack, own)
    crowd = [Person(stack, own, is_ear=number < EARS) for number in range(listeners)]
    try:
        for first in range(0, len(crowd), AT_ONCE):
            few = crowd[first : first + AT_ONCE]
            await asyncio.gather(*(_enter(person, public_id) for person in few))
        for number in range(1, rounds + 1):
            killed = await asyncio.to_thread(_kill, stack, public_id, "gateway" if is_restart else "machine")
            for who, people in (("listeners", crowd), ("of them, a voice", crowd[:EARS]), ("speakers", speakers)):
                rows.append([str(number), who, *await _until_heard(people, killed)])
            await asyncio.to_thread(_heal, stack)
    finally:
        await asyncio.gather(*(person.leave() for person in [*crowd, *speakers]))
    return rows


async def _conversation(stack: Stack, own: Identity) -> tuple[str, list[Person]]:
    """Start a Space with three people who talk."""
    told = await asyncio.to_thread(stack.manage, "shell", "--verbosity=0", "--command", _BEGIN)
    public_id = told.split()[-1]
    people = [Person(stack, own, hertz=440 + 220 * number) for number in range(len(SPEAKERS))]
    host = people[0]
    for name, person in zip(SPEAKERS, people, strict=True):
        await person.enter(public_id, await asyncio.to_thread(log_in, stack.url, name))
        if person is not host:
            await person.ask("request")
            (waiting,) = (await host.ask("sync"))["queue"]["people"]
            await host.ask("request.approve", user_id=waiting["id"])
        await person.connect()
        await person.ask("unmute")
    return public_id, people


async def _enter(person: Person, public_id: str) -> None:
    await person.enter(public_id)
    await person.connect()


def _kill(stack: Stack, public_id: str, what: Literal["gateway", "machine"]) -> float:
    """Kill the gateway of the Space. Return the time of the signal."""
    name = stack.manage("shell", "--verbosity=0", "--command", _GATEWAY.format(public_id)).split()[-1]
    part = SUPERVISORS[name]
    pid = stack.gateway_pid(part)
    killed = time.monotonic()
    if what == "gateway":
        os.kill(pid, signal.SIGKILL)
    else:
        stack.kill(part)
    return killed


def _heal(stack: Stack) -> None:
    for part in SUPERVISORS.values():
        if stack.has_ended(part):
            stack.restart(part)
    stack.wait_healthy(timeout=HEALTHY_WITHIN)
    time.sleep(2)  # both are reported


async def _until_heard(people: list[Person], killed: float) -> list[str]:
    """Wait until all hear again. Return the median, the 95th percentile and the longest time."""
    deadline = killed + HEARS_WITHIN
    while time.monotonic() < deadline and any(person.heard_at < killed for person in people):
        await asyncio.sleep(0.05)
    took = sorted(person.heard_at - killed for person in people if person.heard_at > killed)
    if len(took) < len(people):
        raise SystemExit(f"{len(people) - len(took)} of {len(people)} hear nothing after {HEARS_WITHIN:g} s")
    p95 = statistics.quantiles(took, n=20, method="inclusive")[-1]
    return [f"{value:.1f}" for value in (statistics.median(took), p95, took[-1])]


if __name__ == "__main__":
    main()
