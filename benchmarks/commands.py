"""Measure what one command of a joined socket costs the server, and the memory of a socket.

    python -m benchmarks.commands [--sockets 300] [--seconds 10]

Every socket belongs to a user of its own, who joins a Space and then sends `ping` ten times a second: parsed, checked
against its scope and its limits, put into its queue, run, and answered. What the command itself does is next to
nothing, so the figure is the price of the way there. The server is uvicorn on a core of its own. The last rows are
measured without a server: what it costs to read a message in Channels' base class, and in ours.
"""

import argparse
import asyncio
import itertools
import sys
import time
from collections.abc import Awaitable
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import uvloop
from django.conf import settings

from benchmarks._support import cores, dispatch, product, servers
from benchmarks._support.crowd import Crowd, Door
from benchmarks._support.table import markdown, versions
from tests.support.ports import free_port
from tests.support.processes import Child, resident_bytes
from tests.support.redis import running_redis

PER_SECOND: Final = 10
SLICES: Final = 20
SETTLES_IN: Final = 2.5
WARM_UP: Final = 50


def main() -> None:
    options = _options()
    cores.allow_sockets()
    core = cores.split()
    product.migrate()
    host, *people = product.people(options.sockets + WARM_UP + 1)
    space = product.live_space(host)
    cookies = product.session_cookies(people)
    with (
        running_redis(product.VAR, port=settings.REDIS_PORT),
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        rows = runner.run(_measure(space.public_id, cookies, core, options.seconds))
        rows += [
            [f"µs to read a message: {name}", f"{runner.run(dispatch.microseconds(form)):.1f}"]
            for name, form in dispatch.FORMS.items()
        ]
    print(markdown([f"{options.sockets} sockets", "figure"], rows))
    print(versions("channels", "uvicorn", "uvloop", "websockets"))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sockets", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=10.0)
    return parser.parse_args()


async def _measure(public_id: str, cookies: list[str], core: int, seconds: float) -> list[list[str]]:
    port, log = free_port(), product.VAR / "commands.log"
    # All clients come from one address, so its limit is switched off.
    environment = {"PORT": str(port), "REDIS_URL": settings.REDIS_URL, "LIMITS_PEOPLE_PER_ADDRESS": "0"}
    door = Door((port,), f"/ws/spaces/{public_id}", first='{"type":"join","id":1}', heartbeat='{"type":"ping","id":2}')
    with servers.running("uvicorn", servers.PRODUCT, port=port, core=core, log=log, env=environment) as server:
        warm_up, crowd = Crowd(door, cookies[:WARM_UP]), Crowd(door, cookies[WARM_UP:])
        await warm_up.join()
        before = resident_bytes(server.pid)
        await crowd.join()
        await asyncio.sleep(SETTLES_IN)
        memory = (resident_bytes(server.pid) - before) / (len(cookies) - WARM_UP)
        idle = await _cpu_while(server, asyncio.sleep(seconds))
        sent = asyncio.ensure_future(_send(crowd, seconds))
        cost = await _cpu_while(server, sent) - idle
        remarks = [["sockets closed", str(len(crowd.tally.closed))]] if crowd.tally.closed else []
        await crowd.leave()
        await warm_up.leave()
    return [
        ["µs CPU per command", f"{cost / sent.result() * 1e6:.1f}"],
        ["KB of memory per socket", f"{memory / 1024:.1f}"],
        *remarks,
    ]


async def _send(crowd: Crowd, seconds: float) -> int:
    """Let the clients send their commands, spread evenly over time. Return how many were sent."""
    started, sent = time.monotonic(), 0
    for turn in itertools.count():
        at = started + turn / PER_SECOND / SLICES
        if at >= started + seconds:
            break
        await asyncio.sleep(at - time.monotonic())
        sent += crowd.beat(turn % SLICES, SLICES)
    return sent


async def _cpu_while(server: Child, work: Awaitable[object]) -> float:
    cpu = cores.cpu_seconds(server.pid)
    await work
    return cores.cpu_seconds(server.pid) - cpu


if __name__ == "__main__":
    main()
