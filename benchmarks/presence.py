"""The cost of joining, staying and leaving, and the error of the count of listeners meanwhile.

    python -m benchmarks.presence [--people 5000] [--within 60] [--stay 30]

One web process (uvicorn) runs on one core; the people, Redis and this program share another. SQLite, no gateway.

1. A witness in the room hears every `audience`. All others join at an even rate, so that all would be in after
   `--within` seconds. A process that cannot keep up lets them wait, or says in `retry_after` when to come again.
2. All stay. The CPU of that time, for each person and second, is the cost of a heartbeat.
3. All connections close at once, without a `leave`. Leases of ten seconds run out, and the count is zero again.

The error of the count is the last count that the witness got, less the number of people inside, ten times a second.
Queries are counted in this process, for the same calls on the same database.
"""

import argparse
import asyncio
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import msgspec
import uvloop

from benchmarks._support import cores, plot, product, servers
from benchmarks._support.crowd import Client, Door, Tally
from benchmarks._support.table import markdown, percentile, versions

from django.conf import settings  # isort: skip - after the product, which chooses them
from django.db import connection
from django.test.utils import CaptureQueriesContext

from spaces import presence, selectors, services
from spaces.models.tokens import new_token
from tests.support.ports import free_port
from tests.support.redis import running_redis

LOOKS_EVERY: Final = 0.1
STEADY_AFTER: Final = 3.0
GONE_WITHIN: Final = 60.0
AUDIENCE: Final = b'{"type":"audience"'


class Guest(Client):
    """A client that tries again when the server asks it to, and counts itself once it has joined."""

    def __init__(self, door: Door, cookie: str, room: "Room") -> None:
        super().__init__(door, door.ports[0], cookie, room.tally)
        self._room = room

    def _joined(self, payload: bytes) -> None:
        refusal = msgspec.json.decode(payload).get("error")
        if refusal is None:
            self._room.inside += 1
            super()._joined(payload)
        else:
            self._room.put_off[refusal["code"]] += 1
            after = float(refusal["details"].get("retry_after", 1))
            asyncio.get_running_loop().call_later(after, self._enter)

    def _hear(self, opcode: int, payload: bytes, now: int) -> None:
        if self is self._room.witness and payload.startswith(AUDIENCE):
            self._room.told = msgspec.json.decode(payload)["audience"]["count"]
        super()._hear(opcode, payload, now)


@dataclass
class Room:
    """All clients and their results.

    `inside` is the number of clients that have joined, the witness among them; `told` is the last count that the
    witness got.
    """

    tally: Tally = field(default_factory=Tally)
    witness: Guest | None = None
    inside: int = 0
    told: int = 0
    put_off: Counter[str] = field(default_factory=Counter)
    guests: list[Guest] = field(default_factory=list)
    errors: list[int] = field(default_factory=list)
    seen: list[tuple[float, int, int]] = field(default_factory=list)
    """Seconds since the beginning, number of clients inside, and count that the witness got."""

    @property
    def error(self) -> int:
        return abs(self.told - self.inside)


def main() -> None:
    options = _options()
    cores.allow_sockets()
    core = cores.split()
    product.migrate()
    host, *people = product.people(options.people + 2)
    space = product.live_space(host)
    cookies = product.session_cookies(people[1:])
    with (
        running_redis(product.VAR, port=settings.REDIS_PORT),
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        queries = _queries(space.public_id, people[0])
        rows = runner.run(_measure(space.public_id, cookies, options, core))
    print(markdown([f"{options.people} people", "figure"], [*rows, ["queries for a join", str(queries)]]))
    print(versions("uvicorn", "uvloop", "redis"))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--people", type=int, default=5000)
    parser.add_argument("--within", type=float, default=60.0, help="seconds in which all come (default 60)")
    parser.add_argument("--stay", type=float, default=30.0, help="seconds that they stay (default 30)")
    parser.add_argument("--plot", type=Path, help="write an SVG there")
    return parser.parse_args()


def _queries(public_id: str, user: object) -> int:
    with CaptureQueriesContext(connection) as captured:
        services.join_space(public_id=public_id, user=user, connection=new_token())  # type: ignore[arg-type]
        selectors.snapshot(public_id=public_id, user_id=user.pk)  # type: ignore[attr-defined]
    services.leave_space(public_id=public_id, user=user)  # type: ignore[arg-type]
    return len(captured)


async def _measure(public_id: str, cookies: list[str], options: argparse.Namespace, core: int) -> list[list[str]]:
    port, log = free_port(), product.VAR / "presence.log"
    # All clients come from one address, so its limit is switched off.
    environment = {"PORT": str(port), "REDIS_URL": settings.REDIS_URL, "LIMITS_PEOPLE_PER_ADDRESS": "0"}
    with servers.running("uvicorn", servers.PRODUCT, port=port, core=core, log=log, env=environment) as server:
        door = Door(
            (port,), f"/ws/spaces/{public_id}", first='{"type":"join","id":1}', heartbeat='{"type":"ping","id":2}'
        )
        room = Room()
        watching = asyncio.create_task(_look(room))
        beating = asyncio.create_task(_beat(room))
        try:
            came = await _come(room, door, cookies, options.within, server.pid)
            stayed = await _stay(room, options.stay, server.pid)
            gone = await _go(room, public_id)
        finally:
            watching.cancel()
            beating.cancel()
    if options.plot:
        lines = {"inside": [(at, inside) for at, inside, _ in room.seen], "told": [(at, t) for at, _, t in room.seen]}
        plot.save(options.plot, title="The count, and how many there were", x="seconds", y="people", lines=lines)
    return [*came, *stayed, *gone]


async def _come(room: Room, door: Door, cookies: list[str], within: float, pid: int) -> list[list[str]]:
    started, cpu = time.monotonic(), cores.cpu_seconds(pid)
    arrivals = [asyncio.create_task(_arrive(room, door, cookies[0]))]
    await arrivals[0]
    for number, cookie in enumerate(cookies[1:], start=1):
        await asyncio.sleep(started + number * within / len(cookies) - time.monotonic())
        arrivals.append(asyncio.create_task(_arrive(room, door, cookie)))
    await asyncio.gather(*arrivals)
    seconds, used, errors = time.monotonic() - started, cores.cpu_seconds(pid) - cpu, sorted(room.errors)
    return [
        ["seconds until all were in", f"{seconds:.0f}"],
        ["joins a second", f"{len(cookies) / seconds:.1f}"],
        ["ms CPU for a join", f"{used / len(cookies) * 1000:.1f}"],
        ["told to come again", ", ".join(f"{code} {times}" for code, times in room.put_off.most_common()) or "0"],
        ["error of the count while they come, p50 / p95 / most", _spread(errors)],
    ]


async def _stay(room: Room, seconds: float, pid: int) -> list[list[str]]:
    await asyncio.sleep(STEADY_AFTER)
    room.errors.clear()
    cpu = cores.cpu_seconds(pid)
    await asyncio.sleep(seconds)
    used = (cores.cpu_seconds(pid) - cpu) / seconds
    return [
        ["share of a core while all stay", f"{used:.1%}"],
        ["µs CPU for each and second", f"{used / room.inside * 1e6:.0f}"],
        ["error of the count while all stay, p50 / p95 / most", _spread(sorted(room.errors))],
    ]


async def _go(room: Room, public_id: str) -> list[list[str]]:
    _witness, *others = room.guests
    for guest in others:
        guest.close()
    started, room.inside = time.monotonic(), 1
    while room.error and time.monotonic() < started + GONE_WITHIN:
        await asyncio.sleep(LOOKS_EVERY)
    took = time.monotonic() - started
    left = await asyncio.to_thread(presence.count, public_id)
    return [["seconds until the witness is told that all are gone", f"{took:.1f}"], ["left in Redis", str(left)]]


async def _arrive(room: Room, door: Door, cookie: str) -> None:
    make = partial(Guest, door, cookie, room)
    _, guest = await asyncio.get_running_loop().create_connection(make, "127.0.0.1", door.ports[0])
    room.witness = room.witness or guest
    room.guests.append(guest)
    await guest.joined


async def _look(room: Room) -> None:
    started = time.monotonic()
    while True:
        await asyncio.sleep(LOOKS_EVERY)
        room.errors.append(room.error)
        room.seen.append((time.monotonic() - started, room.inside, room.told))


async def _beat(room: Room) -> None:
    """Send each client's heartbeat once in ten seconds, as a page does."""
    while True:
        for turn in range(100):
            await asyncio.sleep(0.1)
            for guest in room.guests[turn::100]:
                if guest.joined.done():
                    guest.beat()


def _spread(errors: list[int]) -> str:
    return " / ".join(f"{percentile(errors, share):.0f}" for share in (0.5, 0.95, 1.0))


if __name__ == "__main__":
    main()
