"""The delay and the loss of sound inside the gateway, for different sizes of the mixer's jitter buffer.

    python -m benchmarks.latency [--rounds 4] [--seconds 4] [--prebuffering 6 3 2 1] [--jitters 0 10 30]

It needs root, like `listeners.py`. One speaker talks. A listener of the mountpoint and another speaker with a closed
microphone hear it. All are real peers in one process with one clock. A packet of the speaker is due every 20 ms, and
each packet is late by a random time up to the jitter. `prebuffering` is the number of packets that the mixer keeps
before it plays; the gateway's default is 6.

Each round makes new connections: the place of a speaker's packets in the mixer's 20 ms is random, and fixed afterwards.

1. Clicks: one loud packet of 20 ms per second, in silence. The delay runs from the time when the packet was due to the
   arrival of the packet whose decoded sound becomes loud, plus the place of that moment in it. The look-ahead of
   encoder and decoder is the same in every row.
2. A steady tone: 5 ms of it that are less than half as loud as usual were concealed or are missing. Their share is the
   result.

Goals: without jitter our delay is at least 2.4 times below the default's; at 30 ms no more of the tone is lost than
with the default.
"""

import argparse
import asyncio
import dataclasses
import math
import random
import statistics
import time
from array import array
from collections.abc import Sequence
from typing import Any, Final

import av

from benchmarks._support import cores
from benchmarks._support.peers import FRAME_SECONDS, opus_tone
from benchmarks._support.stage import ROOM, Stage, move_into_a_namespace, open_stage
from benchmarks._support.table import markdown, percentile
from spaces.audio.rooms import OPTIONS
from spaces.gateway.audiobridge import AudioBridge
from spaces.gateway.streaming import Streaming
from tests.support.opus import opus_packets

STOCK: Final = 6
LOUD: Final = 3_000
BLOCK: Final = 240
SETTLES_IN: Final = 2.0
ENDS_AFTER: Final = 0.5
PREBUFFERED_AT_MOST: Final = 0.2
"""Seconds by which the silence at the end may come earlier, and which are left out there once more."""


class Ear:
    """The sound that arrived: the time of each loud beginning, and the level of every 5 ms."""

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


EARS: Final = ("listener", "speaker")


@dataclasses.dataclass
class Heard:
    """The results of one kind of ear: delays in seconds, and the share of the tone that was lost in each round."""

    delays: list[float] = dataclasses.field(default_factory=list)
    losses: list[float] = dataclasses.field(default_factory=list)


def main() -> None:
    options = _options()
    move_into_a_namespace("benchmarks.latency")
    core = cores.split()
    rows = []
    for prebuffering in options.prebuffering:
        by_jitter = [asyncio.run(_measure(prebuffering, jitter / 1000, options, core)) for jitter in options.jitters]
        for ear in EARS:
            cells = [heard[ear] for heard in by_jitter]
            delays = [
                f"{percentile(c.delays, 0.5) * 1000:.0f} / {percentile(c.delays, 0.95) * 1000:.0f}" for c in cells
            ]
            rows.append([f"{prebuffering}, {ear}", *delays, *(f"{statistics.mean(c.losses):.2%}" for c in cells)])
            print(rows[-1], flush=True)
    head = [f"delay at {j} ms, p50 / p95, ms" for j in options.jitters] + [f"lost at {j} ms" for j in options.jitters]
    print(markdown(["prebuffering, who hears", *head], rows))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=4, help="connections for each figure (default 4)")
    parser.add_argument("--seconds", type=float, default=4.0, help="of clicks, and of tone, in each (default 4)")
    parser.add_argument("--jitters", type=int, nargs="+", default=[0, 10, 30], help="ms")
    parser.add_argument("--prebuffering", type=int, nargs="+", default=[STOCK, 3, 2, 1])
    return parser.parse_args()


async def _measure(prebuffering: int, jitter: float, asked: argparse.Namespace, core: int) -> dict[str, Heard]:
    async with open_stage(core) as stage:
        options = dataclasses.replace(OPTIONS, prebuffering=prebuffering)
        await AudioBridge(stage.client).create_room(room=ROOM, secret="s", pin="p", options=options)
        port = await Streaming(stage.client).create_mountpoint(mountpoint="mountpoint", secret="s", pin="p")
        await AudioBridge(stage.client).rtp_forward(room=ROOM, secret="s", port=port, ssrc=7)
        heard = {name: Heard() for name in EARS}
        for _ in range(asked.rounds):
            for name, delays in (await _clicks(stage, jitter, asked.seconds)).items():
                heard[name].delays += delays
            for name, loss in (await _tone(stage, jitter, asked.seconds)).items():
                heard[name].losses.append(loss)
        return heard


async def _clicks(stage: Stage, jitter: float, seconds: float) -> dict[str, list[float]]:
    quiet, loud = [0] * 960 * 49, [round(12_000 * math.sin(2 * math.pi * 1_000 * at / 48_000)) for at in range(960)]
    payloads = opus_packets(array("h", [*loud, *quiet]))
    ears, sent = await _listen_to(stage, payloads, jitter, seconds)
    clicks = [at for number, at in enumerate(sent) if number % len(payloads) == 0]
    return {
        name: [heard - began for heard in ear.clicks for began in clicks if 0 < heard - began < 0.5]
        for name, ear in ears.items()
    }


async def _tone(stage: Stage, jitter: float, seconds: float) -> dict[str, float]:
    ears, _ = await _listen_to(stage, opus_tone(440), jitter, seconds)
    return {name: _share_lost(ear.blocks) for name, ear in ears.items()}


def _share_lost(blocks: Sequence[float]) -> float:
    settled = blocks[int(SETTLES_IN / 0.005) : -int((ENDS_AFTER + 2 * PREBUFFERED_AT_MOST) / 0.005)]
    usual = statistics.median(settled)
    return sum(level < usual / 2 for level in settled) / len(settled)


async def _listen_to(
    stage: Stage, payloads: Sequence[bytes], jitter: float, seconds: float
) -> tuple[dict[str, Ear], list[float]]:
    """Let a new speaker repeat these packets to one new ear of each kind. Return the ears and when packets were due."""
    sent = list[float]()
    speaker = await stage.speak(payloads)
    await stage.watch("mountpoint", decodes=True)
    await stage.enter()
    ears = dict(zip(EARS, (Ear(), Ear()), strict=True))
    for ear, peer in zip(ears.values(), stage.listeners, strict=True):
        peer.listen(ear.take)
    loop = asyncio.get_running_loop()
    started = loop.time()
    for number in range(int((SETTLES_IN + seconds) / FRAME_SECONDS)):
        due = started + number * FRAME_SECONDS
        await asyncio.sleep(due - loop.time())
        sent.append(time.monotonic())
        loop.call_later(random.uniform(0, jitter), speaker, number)
    await asyncio.sleep(ENDS_AFTER)
    for _ in EARS:
        await stage.forget_last()
    await stage.silence()
    return ears, sent


if __name__ == "__main__":
    main()
