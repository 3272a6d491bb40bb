"""From a listener's answer to the first packet of audio, at an idle and at a loaded gateway.

    python -m benchmarks.first_packet [--joins 500] [--load 250]

It needs root, like `listeners.py`, and shares its method: real ICE and DTLS, the gateway on one core, the peers on
another. A peer waits for both sides' checks before its DTLS hello, as browsers do. Joins come one after the other. The
same run measures the bare handshake: two such peers on one core, without a gateway between them. Goals: p95 at most
three times that of the bare handshake, and no outlier of a second, which would be a hello that was sent again.
"""

import argparse
import asyncio
import sys
import time
from typing import Final

from benchmarks._support import cores
from benchmarks._support.peers import Peer, identity
from benchmarks._support.stage import ADDRESS, Stage, move_into_a_namespace, open_stage, sound
from benchmarks._support.table import markdown, percentile

HEAD: Final = ("answer → first packet, ms", "p50", "p95", "most", "p95 ÷ bare", "over 0.9 s", "cores")
OUTLIER: Final = 0.9


def main() -> None:
    options = _options()
    move_into_a_namespace("benchmarks.first_packet")
    core = cores.split()
    cores.allow_sockets()
    bare = asyncio.run(_bare(options.joins))
    rows = [_cells("bare handshake", bare, bare, 0.0)]
    for load in (0, options.load):
        times, used = asyncio.run(_joins(options.joins, load, core))
        rows.append(_cells(f"{options.joins} joins beside {load} listeners", times, bare, used))
    print(markdown(HEAD, rows))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--joins", type=int, default=500)
    parser.add_argument("--load", type=int, default=250, help="listeners that are there already; 60 %% of a core")
    return parser.parse_args()


async def _bare(number: int) -> list[float]:
    own, times = identity(), []
    for _ in range(number):
        one, other = Peer(ADDRESS, own, offers=True), Peer(ADDRESS, own, offers=False)
        offer = one.offer(1)
        started = time.monotonic()
        await asyncio.gather(one.connect(other.answer(offer)), other.connect(offer))
        times.append(time.monotonic() - started)
        one.close()
        other.close()
    return times


async def _joins(number: int, load: int, core: int) -> tuple[list[float], float]:
    async with open_stage(core, 2) as stage, sound(stage, "mountpoint", 1):
        for _ in range(load):
            await stage.watch("mountpoint")
        used, _ = await stage.measure(5)
        print(f"{load} listeners: {used:.0%} of a core", file=sys.stderr, flush=True)
        return [await _come_and_go(stage) for _ in range(number)], used


async def _come_and_go(stage: Stage) -> float:
    took = await stage.watch("mountpoint")
    await stage.forget_last()
    return took


def _cells(name: str, times: list[float], bare: list[float], used: float) -> list[str]:
    shown = [f"{percentile(times, share) * 1000:.0f}" for share in (0.5, 0.95, 1.0)]
    ratio = percentile(times, 0.95) / percentile(bare, 0.95)
    return [name, *shown, f"{ratio:.1f}", str(sum(took > OUTLIER for took in times)), f"{used:.2f}"]


if __name__ == "__main__":
    main()
