"""The cost of delivering one event by our hub, by stock Channels groups, by Node, and by the least that is possible.

Our hub and stock Channels run on daphne and on uvicorn; Node runs `ws`; the floor is a server that does nothing else.

    python -m benchmarks.fanout [--sockets 1000] [--window 10] [--processes 1] [--only hub]

Method. Six servers run one after the other, each pinned to one core. The clients, the publisher and this run's own
Redis share another core. Everything listens on 127.0.0.1 and is removed at the end. With `--processes 2` each server
is two processes with half of the sockets each, on the same core: this shows the cost of more processes, not the gain
from more cores.

1. The hub is the whole product: `spaces_project.asgi:application`, a session in the database for each person, and a
   socket of `/ws/spaces/<id>` that has joined and sends its heartbeat every ten seconds. No gateway runs. Stock is
   `_support/stock.py`: one `channels_redis.core` group member per socket, with a ready-made frame, too. Node
   (`_support/rival/`) and the floor (`_support/floor.py`, uvloop and nothing else) subscribe to Redis once. They have
   no session, no heartbeat and no Space.
2. All sockets join, 32 at a time. The rate and the CPU of joining are reported.
3. `idle`: CPU of the server process (`/proc/PID/stat`, all threads) over one window without events. A window of ten
   seconds holds each socket's heartbeat and ping exactly once.
4. One event of about 300 bytes is published again and again over a second window, through `spaces.events.publish` or
   `group_send`. The events keep the core at most 40 % busy, so an event never meets the one before it.
5. CPU per delivery is the CPU of that window, less its length at the idle rate, divided by the frames received. Latency
   is from the stamp inside the frame, taken before it is published, to its receipt.

A row carries a remark when frames were lost, sockets were closed, or other work kept the server from its core.
"""

import argparse
import asyncio
import contextlib
import itertools
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import uvloop
from channels_redis.core import RedisChannelLayer
from django.conf import settings

from benchmarks._support import cores, product, servers, stock
from benchmarks._support.crowd import Crowd, Door
from benchmarks._support.servers import Server
from benchmarks._support.table import markdown, percentile, versions
from spaces import events
from spaces_project.common.store import store
from tests.support.ports import free_port
from tests.support.processes import REPOSITORY, Child
from tests.support.redis import running_redis

BUSY: Final = 0.4
SERVERS: Final[tuple[Server, ...]] = ("daphne", "uvicorn")
RIVAL: Final = REPOSITORY / "benchmarks/_support/rival"
PERIOD_AT_LEAST: Final = 0.05
WARM_UPS: Final = 3
SETTLES_IN: Final = 2.5
"""Seconds after joining. The hub sends the new count of listeners once a second until it is right."""
ARRIVES_WITHIN: Final = 20.0
WAITED_AT_MOST: Final = 0.05
"""The share of a window for which the server may wait for its core before its row carries a remark."""

Publish = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Contender:
    """One way to fan out. `door` returns the address for the ports of a server."""

    name: str
    application: str
    door: Callable[[tuple[int, ...]], Door]
    publish: Publish


@dataclass(frozen=True, slots=True)
class Joining:
    """The seconds that joining took, and the server's CPU seconds meanwhile."""

    sockets: int
    seconds: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Load:
    """The results of the window with events, in seconds. `cpu` is without the idle part."""

    seconds: float
    cpu: float
    latencies: list[float]
    remark: str


@dataclass(frozen=True, slots=True)
class Figures:
    """One row of the report. `idle` is the share of the core that sockets without events cost."""

    name: str
    server: Server
    joining: Joining
    idle: float
    load: Load

    @property
    def per_delivery(self) -> float:
        return self.load.cpu / len(self.load.latencies)


def main() -> None:
    options = _options()
    cores.allow_sockets()
    server_core = cores.split()
    product.migrate()
    host, *listeners = product.people(options.sockets + 1)
    cookies = product.session_cookies(listeners)
    hub, stock, bare = _hub(product.live_space(host).public_id), _stock(), _bare()
    trials: list[tuple[Contender, Server]] = [*itertools.product((hub, stock), SERVERS), *_node(bare)]
    if options.only:
        trials = [trial for trial in trials if options.only in f"{trial[0].name} {trial[1]}"]
    trials.append((bare, "floor"))
    with (
        running_redis(product.VAR, port=settings.REDIS_PORT) as redis,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        rows: list[Figures] = []
        for contender, server in trials:
            redis.flush()
            rows.append(runner.run(_measure(contender, server, cookies, core=server_core, options=options)))
    print(_report(rows, sockets=options.sockets, processes=options.processes))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sockets", type=int, default=1000, help="100 to 5000 (default 1000)")
    parser.add_argument("--processes", type=int, default=1, help="of each server, on one core (default 1)")
    parser.add_argument("--only", help="contenders whose names have this in them, and the floor")
    parser.add_argument("--window", type=float, default=10.0, help="seconds of each measurement (default 10)")
    return parser.parse_args()


def _hub(public_id: str) -> Contender:
    async def publish() -> None:
        envelope = events.to_everyone(product.stage_changed(time.monotonic_ns()))
        events.publish(events.space_channel(public_id), envelope)

    def door(ports: tuple[int, ...]) -> Door:
        path = f"/ws/spaces/{public_id}"
        return Door(ports, path, first='{"type":"join","id":1}', heartbeat='{"type":"ping","id":2}')

    return Contender("our hub", servers.PRODUCT, door, publish)


def _stock() -> Contender:
    layer = RedisChannelLayer(hosts=[settings.REDIS_URL])

    async def publish() -> None:
        frame = events.frame(product.stage_changed(time.monotonic_ns()))
        await layer.group_send(stock.GROUP, {"type": "room.event", "frame": frame})

    return Contender("stock Channels", "benchmarks._support.stock:application", partial(Door, path="/stock"), publish)


def _bare() -> Contender:
    """Return the contender for servers that only pass on ready-made text."""

    async def publish() -> None:
        store().publish(servers.CHANNEL, events.frame(product.stage_changed(time.monotonic_ns())))

    return Contender("bare", "", partial(Door, path="/"), publish)


def _node(bare: Contender) -> list[tuple[Contender, Server]]:
    if (RIVAL / "node_modules").exists():
        return [(bare, "node")]
    print(f"without Node: npm ci --prefix {RIVAL} installs its `ws`", file=sys.stderr)
    return []


async def _measure(
    contender: Contender, server: Server, cookies: list[str], *, core: int, options: argparse.Namespace
) -> Figures:
    print(f"{contender.name} on {server} ...", file=sys.stderr, flush=True)
    ports = tuple(free_port() for _ in range(options.processes))
    with contextlib.ExitStack() as stack:
        children = [stack.enter_context(_running(contender, server, port=port, core=core)) for port in ports]
        crowd = Crowd(contender.door(ports), cookies)
        trial = Trial(contender, crowd, pids=[child.pid for child in children], sockets=len(cookies))
        try:
            joining = await trial.join()
            idle = await trial.idle(options.window)
            loaded = await trial.load(options.window, idle)
        finally:
            await crowd.leave()
    return Figures(contender.name, server, joining, idle, loaded)


def _running(contender: Contender, server: Server, *, port: int, core: int) -> contextlib.AbstractContextManager[Child]:
    log = product.VAR / f"{contender.name}-{server}-{port}.log"
    # All clients come from one address, so its limit is switched off.
    environment = {"PORT": str(port), "REDIS_URL": settings.REDIS_URL, "LIMITS_PEOPLE_PER_ADDRESS": "0"}
    return servers.running(server, contender.application, port=port, core=core, log=log, env=environment)


class Trial:
    """The measurement of one contender, from joining to the last frame. Shares are of the server's core."""

    def __init__(self, contender: Contender, crowd: Crowd, *, pids: list[int], sockets: int) -> None:
        self._contender = contender
        self._crowd = crowd
        self._pids = pids
        self._sockets = sockets
        self._published = 0

    async def join(self) -> Joining:
        started, cpu = time.monotonic(), self._cpu()
        await self._crowd.join()
        return Joining(self._sockets, time.monotonic() - started, self._cpu() - cpu)

    async def idle(self, window: float) -> float:
        """Return the share of the core that sockets without events cost."""
        await asyncio.sleep(SETTLES_IN)
        cpu = self._cpu()
        await asyncio.sleep(window)
        return (self._cpu() - cpu) / window

    async def load(self, window: float, idle: float) -> Load:
        period = await self._period()
        self._crowd.tally.latencies.clear()
        self._published = 0
        started, cpu, waited = time.monotonic(), self._cpu(), self._waited()
        while (at := started + self._published * period) < started + window:
            await asyncio.sleep(at - time.monotonic())
            await self._publish()
        await self._crowd.hear(self._published * self._sockets, within=ARRIVES_WITHIN)
        await asyncio.sleep(started + window - time.monotonic())
        seconds = time.monotonic() - started
        used = self._cpu() - cpu - idle * seconds
        contended = (self._waited() - waited) / seconds
        return Load(seconds, used, self._crowd.tally.latencies, self._remark(contended))

    async def _period(self) -> float:
        """Return the seconds between events that keep the server at most as busy as `BUSY`."""
        cpu = self._cpu()
        for _ in range(WARM_UPS):
            await self._publish()
            if not await self._crowd.hear(self._published * self._sockets, within=ARRIVES_WITHIN):
                raise TimeoutError(f"{self._contender.name}: an event did not reach everybody; {self._remark(0)}")
        return max((self._cpu() - cpu) / WARM_UPS / BUSY, PERIOD_AT_LEAST)

    def _cpu(self) -> float:
        return sum(map(cores.cpu_seconds, self._pids))

    def _waited(self) -> float:
        """Return the seconds that the server waited for its core.

        Several processes share the core and always wait for each other, so for them the answer is 0.
        """
        return cores.waited_seconds(self._pids[0]) if len(self._pids) == 1 else 0.0

    async def _publish(self) -> None:
        await self._contender.publish()
        self._published += 1

    def _remark(self, contended: float) -> str:
        lost = self._published * self._sockets - len(self._crowd.tally.latencies)
        remarks = (
            f"{lost} frames lost" if lost else "",
            *(f"{number} sockets {why}" for why, number in Counter(self._crowd.tally.closed).most_common(3)),
            f"waited {contended:.0%} of the time for its core" if contended > WAITED_AT_MOST else "",
        )
        return ", ".join(filter(None, remarks))


def _report(rows: list[Figures], *, sockets: int, processes: int) -> str:
    stock_on = {row.server: row.per_delivery for row in rows if row.name == "stock Channels"}
    floor = next(row.per_delivery for row in rows if row.server == "floor")
    head = (
        f"{sockets} sockets" if processes == 1 else f"{sockets} sockets, {processes} processes",
        "µs CPU per delivery",
        "stock, same server ÷ this",
        "stock on daphne ÷ this",
        "this ÷ floor",
        "p50 ms",
        "p99 ms",
        "busy",
        "idle",
        "joins/s",
        "ms CPU per join",
    )
    table = markdown(head, [_cells(row, stock_on, floor) for row in rows])
    remarks = [f"{row.name} on {row.server}: {row.load.remark}" for row in rows if row.load.remark]
    used = versions("channels", "channels_redis", "daphne", "uvicorn", "uvloop", "websockets", "redis")
    return "\n".join([table, *remarks, used])


def _cells(row: Figures, stock_on: dict[Server, float], floor: float) -> list[str]:
    load, joining = row.load, row.joining
    return [
        f"{row.name}, {row.server}",
        f"{row.per_delivery * 1e6:.1f}",
        f"{stock_on[row.server] / row.per_delivery:.1f}" if row.server in stock_on else "",
        f"{stock_on['daphne'] / row.per_delivery:.1f}" if "daphne" in stock_on else "",
        f"{row.per_delivery / floor:.2f}",
        f"{percentile(load.latencies, 0.5) * 1e3:.1f}",
        f"{percentile(load.latencies, 0.99) * 1e3:.1f}",
        f"{load.cpu / load.seconds + row.idle:.0%}",
        f"{row.idle:.1%}",
        f"{joining.sockets / joining.seconds:.0f}",
        f"{joining.cpu / joining.sockets * 1e3:.1f}",
    ]


if __name__ == "__main__":
    main()
