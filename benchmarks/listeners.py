"""The number of listeners per core of the gateway, in three ways, through our own client.

The ways are a mountpoint, as in the product; a mixer participant for each listener; and ten forwarded tracks, as in an
SFU.

    python -m benchmarks.listeners [--window 8] [--event-loops 2] [--ways mountpoint tracks]

It needs root, because it moves into a network namespace of its own. Only the gateway and the peers have the address
there.

Method. One gateway, configured as the product's, runs on one core and the peers on another. A peer is a real WebRTC
connection up to and including its keys (`_support/peers.py`). Afterwards the kernel drops its audio, which the gateway
has already paid for sending. Twenty witnesses do not drop: a point counts only if they see 50.0 ± 0.5 packets a second
(of each track). CPU is the gateway's (`/proc/PID/stat`) over a window. Each way is measured at five sizes, zero among
them. The slope of the line through these points is a listener's cost; the cost of the room and its speakers is where
the line begins. Points at which the gateway used more than 85 % of its core are left out. The voices are real peers.
"""

import argparse
import asyncio
import statistics
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks._support import cores, plot
from benchmarks._support.stage import TRACKS, move_into_a_namespace, open_stage, sound
from benchmarks._support.table import markdown

PACKETS_PER_SECOND: Final = 50.0
TOLERANCE: Final = 0.5
BUSY_AT_MOST: Final = 0.85
SIZES: Final = {"mountpoint": (0, 100, 200, 300, 400), "bridge": (0, 15, 30, 45, 60), "tracks": (0, 20, 40, 60, 80)}


@dataclass(frozen=True, slots=True)
class Point:
    """One measurement. `rate` is the packets per second and track that witnesses saw, or 0 without witnesses."""

    listeners: int
    cores: float
    rate: float

    @property
    def counts(self) -> bool:
        heard = not self.listeners or abs(self.rate - PACKETS_PER_SECOND) <= TOLERANCE
        return heard and self.cores <= BUSY_AT_MOST


WAYS: Final = (
    ("mountpoint, 1 speaker", "mountpoint", 1),
    ("mountpoint, 10 speakers", "mountpoint", 10),
    ("AudioBridge participant, 1 speaker", "bridge", 1),
    ("ten forwarded tracks", "tracks", 0),
)
HEAD: Final = (
    "way",
    "listeners → cores (packets/s)",
    "µs a listener-packet",
    "listeners per core",
    "mountpoint is cheaper by",
    "SRTP",
)


def main() -> None:
    options = _options()
    move_into_a_namespace("benchmarks.listeners")
    core = cores.split()
    cores.allow_sockets()
    rows, slopes, lines = [], {}, {}
    for name, kind, speakers in WAYS:
        if not any(way in name for way in options.ways):
            continue
        points, profile = asyncio.run(measure(kind, speakers, options, core))
        slopes[name] = slope([point for point in points if point.counts])
        lines[name] = [(float(point.listeners), point.cores) for point in points]
        rows.append(_cells(name, points, slopes[name], next(iter(slopes.values())), profile))
    print(markdown(HEAD, rows))
    if options.plot:
        plot.save(options.plot, title="What listeners cost", x="listeners", y="cores of the gateway", lines=lines)
    if (ten := slopes.get(WAYS[1][0])) is not None:
        print(f"slope with 10 speakers ÷ with 1: {ten / slopes[WAYS[0][0]]:.3f}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--window", type=float, default=8.0, help="seconds of each measurement (default 8)")
    parser.add_argument("--event-loops", type=int, default=2, help="the gateway's threads that carry media (default 2)")
    parser.add_argument("--ways", nargs="+", default=[""], help="those whose names have one of these in them")
    parser.add_argument("--plot", type=Path, help="write an SVG there")
    return parser.parse_args()


async def measure(kind: str, speakers: int, options: argparse.Namespace, core: int) -> tuple[list[Point], str]:
    """Return the points of one way, and the SRTP profile that was used."""
    points = []
    async with open_stage(core, options.event_loops) as stage, sound(stage, kind, speakers):
        add: Callable[[], Awaitable[object]] = stage.enter if kind == "bridge" else lambda: stage.watch(kind)
        for size in SIZES[kind]:
            while len(stage.listeners) < size:
                await add()
            await asyncio.sleep(1)
            used, rate = await stage.measure(options.window)
            points.append(Point(size, used, rate / (TRACKS if kind == "tracks" else 1)))
            print(f"{kind}, {speakers} speakers: {points[-1]}", file=sys.stderr, flush=True)
        return points, stage.profile


def slope(points: list[Point]) -> float:
    """Return the cores that one more listener costs, by least squares."""
    return statistics.linear_regression([p.listeners for p in points], [p.cores for p in points]).slope


def _cells(name: str, points: list[Point], cost: float, ours: float, profile: str) -> list[str]:
    shown = ", ".join(
        f"{p.listeners} → {p.cores:.1%}" + (f" ({p.rate:.1f})" if p.listeners else "") + ("" if p.counts else " ✗")
        for p in points
    )
    return [name, shown, f"{cost / PACKETS_PER_SECOND * 1e6:.1f}", f"{1 / cost:.0f}", f"{cost / ours:.1f}", profile]


if __name__ == "__main__":
    main()
