"""From the voice to the ear inside the gateway, and what gets lost, by how much is kept in store against jitter.

    python -m benchmarks.latency [--rounds 4] [--seconds 4] [--prebuffering 6 3 2 1] [--jitters 0 10 30]

Needs root, as `listeners.py`. One speaker and one listener, both real peers in one process with one clock. What the
speaker says is due every 20 ms, and each packet is late by a random time up to the jitter. `prebuffering` is how many
the mixer keeps in store; the stock is 6.

Each round connects both anew: where in the mixer's 20 ms a speaker's packets come is chance, and then stays.

1. Clicks: one loud packet of 20 ms a second in silence. The delay is from when it was due to the arrival of the packet
   whose decoded sound begins to be loud, plus where in it. Encoder and decoder look ahead, the same in every row.
2. A steady tone: 5 ms of it that are less than half as loud as usual were concealed or are missing: told is their
   share.

Goals: at no jitter ours at least 2.4 times below the stock, and at 30 ms no more of the tone lost than with the stock.
"""

import argparse
import asyncio
import contextlib
import dataclasses
import math
import random
import statistics
import time
from collections.abc import Sequence
from typing import Any, Final

import av

from benchmarks._support import cores
from benchmarks._support.peers import FRAME_SECONDS, opus, opus_tone
from benchmarks._support.stage import ROOM, Stage, move_into_a_namespace, open_stage
from benchmarks._support.table import markdown, percentile
from spaces.audio.rooms import OPTIONS
from spaces.gateway.audiobridge import AudioBridge
from spaces.gateway.streaming import Streaming

STOCK: Final = 6
LOUD: Final = 3_000
BLOCK: Final = 240
SETTLES_IN: Final = 2.0
ENDS_AFTER: Final = 0.5
PREBUFFERED_AT_MOST: Final = 0.2
"""Seconds: of silence at the end, and by which that may come earlier."""


class Ear:
    """What arrived: when each loud beginning came, and how loud every 5 ms were."""

    def __init__(self) -> None:
        self.clicks: list[float] = []
        self.blocks: list[float] = []
        self._decoder: Any = av.CodecContext.create("libopus", "r")
        self._was_loud = False

    def take(self, payload: bytes) -> None:
        now = time.monotonic()
        for frame in self._decoder.decode(av.Packet(payload)):
            channels = len(frame.layout.channels)
            sound = memoryview(bytes(frame.planes[0])).cast("h")[: frame.samples * channels : channels]
            self._note(list(sound), now)

    def _note(self, sound: list[int], now: float) -> None:
        loud = [at for at, sample in enumerate(sound) if abs(sample) > LOUD]
        if loud and not self._was_loud:
            self.clicks.append(now + loud[0] / 48_000)
        self._was_loud = bool(loud)
        for at in range(0, len(sound), BLOCK):
            self.blocks.append(math.sqrt(sum(sample * sample for sample in sound[at : at + BLOCK]) / BLOCK))


def main() -> None:
    options = _options()
    move_into_a_namespace("benchmarks.latency")
    core = cores.split()
    rows = []
    for prebuffering in options.prebuffering:
        cells = [asyncio.run(_measure(prebuffering, jitter / 1000, options, core)) for jitter in options.jitters]
        delays = [f"{percentile(d, 0.5) * 1000:.0f} / {percentile(d, 0.95) * 1000:.0f}" for d, _ in cells]
        rows.append([str(prebuffering), *delays, *(f"{lost:.2%}" for _, lost in cells)])
        print(rows[-1], flush=True)
    head = [f"delay at {j} ms, p50 / p95, ms" for j in options.jitters] + [f"lost at {j} ms" for j in options.jitters]
    print(markdown(["prebuffering", *head], rows))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=4, help="connections for each figure (default 4)")
    parser.add_argument("--seconds", type=float, default=4.0, help="of clicks, and of tone, in each (default 4)")
    parser.add_argument("--jitters", type=int, nargs="+", default=[0, 10, 30], help="ms")
    parser.add_argument("--prebuffering", type=int, nargs="+", default=[STOCK, 3, 2, 1])
    return parser.parse_args()


async def _measure(prebuffering: int, jitter: float, asked: argparse.Namespace, core: int) -> tuple[list[float], float]:
    """Delays in seconds, and the share of the tone that was lost."""
    async with open_stage(core) as stage:
        options = dataclasses.replace(OPTIONS, prebuffering=prebuffering)
        await AudioBridge(stage.client).create_room(room=ROOM, secret="s", pin="p", options=options)
        port = await Streaming(stage.client).create_mountpoint(mountpoint="mountpoint", secret="s", pin="p")
        await AudioBridge(stage.client).rtp_forward(room=ROOM, secret="s", port=port, ssrc=7)
        delays, losses = list[float](), list[float]()
        for _ in range(asked.rounds):
            delays += await _clicks(stage, jitter, asked.seconds)
            losses.append(await _tone(stage, jitter, asked.seconds))
        return delays, statistics.mean(losses)


async def _clicks(stage: Stage, jitter: float, seconds: float) -> list[float]:
    quiet, loud = [0] * 960 * 49, [round(12_000 * math.sin(2 * math.pi * 1_000 * at / 48_000)) for at in range(960)]
    payloads = opus([*loud, *quiet])
    ear, sent = await _listen_to(stage, payloads, jitter, seconds)
    clicks = [at for number, at in enumerate(sent) if number % len(payloads) == 0]
    return [heard - began for heard in ear.clicks for began in clicks if 0 < heard - began < 0.5]


async def _tone(stage: Stage, jitter: float, seconds: float) -> float:
    ear, _ = await _listen_to(stage, opus_tone(440), jitter, seconds)
    settled = ear.blocks[int(SETTLES_IN / 0.005) : -int((ENDS_AFTER + 2 * PREBUFFERED_AT_MOST) / 0.005)]
    usual = statistics.median(settled)
    return sum(level < usual / 2 for level in settled) / len(settled)


async def _listen_to(stage: Stage, payloads: Sequence[bytes], jitter: float, seconds: float) -> tuple[Ear, list[float]]:
    """A new speaker says this over and over; what a new listener got, and when each packet was due."""
    ear, sent = Ear(), list[float]()
    speaker = await stage.speak(payloads)
    await stage.watch("mountpoint", decodes=True)
    stage.listeners[-1].listen(ear.take)
    loop = asyncio.get_running_loop()
    started = loop.time()
    for number in range(int((SETTLES_IN + seconds) / FRAME_SECONDS)):
        due = started + number * FRAME_SECONDS
        await asyncio.sleep(due - loop.time())
        sent.append(time.monotonic())
        loop.call_later(random.uniform(0, jitter), speaker, number)
    await asyncio.sleep(ENDS_AFTER)
    with contextlib.suppress(IndexError):
        await stage.forget_last()
    await stage.silence()
    return ear, sent


if __name__ == "__main__":
    main()
