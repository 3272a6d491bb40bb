#!/usr/bin/env bash
# One lost packet makes a listener with aiortc 0.2 s later for good, and four packets that arrived are dropped.
#
# Versions:  aiortc 1.16.0, PyAV 18.1.0, Python 3.11.
# Behaviour: A peer sends Opus, a packet each 20 ms. The other takes the frames of the track, 0.08 s after they were
#            sent. One packet is lost. No frame comes for 0.3 s. Then five frames are missing, although four of their
#            packets arrived, and every frame from there on is 0.28 s old. Nothing catches up while the connection
#            lives. The next loss costs five frames again. Only the times of the frames tell. A program that measures a
#            gateway's delay with aiortc measures this after the first loss, and a recording that puts frames one
#            behind the other is too short.
# Guess:     One lost packet is one missing frame of 20 ms, or one that the decoder makes up, and the delay stays.
# Seen:      packets lost, missing sound, delay in the first and the last second: 0, none, 83 and 83 ms; 1, 100 ms, 83
#            and 286 ms; 2, twice 100 ms, 83 and 286 ms. Three runs within 4 ms.
# Date:      2026-11-29
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/pip install --quiet aiortc==1.16.0 av==18.1.0 numpy==2.4.6

venv/bin/python - <<'PYTHON'
import asyncio
import statistics
import sys
import time
from fractions import Fraction

import av
import numpy as np
from aiortc import MediaStreamTrack, RTCPeerConnection

RATE, FRAME, LOST, SECONDS = 48_000, 960, (150, 250), 7


class Tone(MediaStreamTrack):
    kind = "audio"
    number, began = 0, 0.0

    async def recv(self):
        self.began = self.began or time.monotonic()
        await asyncio.sleep(max(0, self.began + self.number * FRAME / RATE - time.monotonic()))
        wave = 8000 * np.sin(2 * np.pi * 440 * (np.arange(FRAME) + self.number * FRAME) / RATE)
        frame = av.AudioFrame.from_ndarray(wave.astype(np.int16)[None, :], format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, self.number * FRAME, Fraction(1, RATE)
        self.number += 1
        return frame


async def listen(lost):
    """Return each frame's arrival and time, in seconds from the first frame that was sent."""
    speaker, listener, tone, frames, tasks = RTCPeerConnection(), RTCPeerConnection(), Tone(), [], []

    async def read(track):
        while True:
            frame = await track.recv()
            frames.append((time.monotonic() - tone.began, frame.pts / RATE))

    listener.on("track", lambda track: tasks.append(asyncio.ensure_future(read(track))))
    sender = speaker.addTrack(tone)
    await speaker.setLocalDescription(await speaker.createOffer())
    await listener.setRemoteDescription(speaker.localDescription)
    await listener.setLocalDescription(await listener.createAnswer())
    await speaker.setRemoteDescription(listener.localDescription)

    # The network between them: RTP packets go through here, and RTCP, whose second byte is from 200 to 207.
    send, sent = sender.transport._send_rtp, 0

    async def network(packet):
        nonlocal sent
        sent += not 200 <= packet[1] <= 207
        if sent not in lost or 200 <= packet[1] <= 207:
            await send(packet)

    sender.transport._send_rtp = network
    await asyncio.sleep(SECONDS)
    tasks[0].cancel()
    await speaker.close()
    await listener.close()
    return frames


def describe(frames):
    """Return the holes in the frames' times, and the delay in the first and the last second, in milliseconds."""
    holes = [round(1000 * (b - a)) - 20 for (_, a), (_, b) in zip(frames, frames[1:]) if b - a > 0.021]
    delays = [1000 * (arrival - sent) for arrival, sent in frames]
    return holes, round(statistics.median(delays[20:70])), round(statistics.median(delays[-50:]))


async def main():
    changed = False
    for lost in ((), LOST[:1], LOST):
        holes, first, last = describe(await listen(lost))
        print(f"{len(lost)} of 350 packets lost: missing {holes} ms, delay at first {first} ms, in the end {last} ms")
        as_before = last - first > 120 and len(holes) == len(lost) and min(holes) >= 60 if lost else last - first < 60
        changed = changed or not as_before
    if changed:
        sys.exit("changed: a lost packet costs aiortc's listener less, or nothing")


asyncio.run(asyncio.wait_for(main(), 120))
PYTHON
