#!/usr/bin/env bash
# mutagen says that a fragmented MP4 lasts 0.0 seconds, and that it is a good file.
#
# Versions:  mutagen 1.48.1, PyAV 18.1.0 (its own FFmpeg), which makes the files.
# Behaviour: Ten seconds of AAC, once as a plain .m4a and once in fragments, as HLS and live recordings write it. Of the
#            second, mutagen gives codec, channels and sampling rate rightly and a length of 0.0, without an error: it
#            reads the header, whose duration is 0 by the standard's leave, and not the fragments. A feed or player page
#            that asks mutagen for the length says 0:00.
# Guess:     The sum of the fragments, or an error; 0.0 would be unlike a library that reads every other container.
# Seen:      plain: mutagen 10.02 s, FFmpeg 10.0 s; in fragments: mutagen 0.0 s, mp4a.40.2, 48000 Hz, FFmpeg 10.02 s.
# Date:      2026-11-28
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/pip install --quiet mutagen==1.48.1 av==18.1.0 numpy==2.4.6

venv/bin/python - <<'PYTHON'
import sys

import av
import numpy as np
from mutagen.mp4 import MP4

RATE, FRAME, SECONDS = 48_000, 960, 10
KINDS = {"plain": {}, "in fragments": {"movflags": "empty_moov+default_base_moof+frag_keyframe", "frag_duration": "2000000"}}


def write(path, options):
    with av.open(path, "w", format="mp4", options=options) as file:
        stream = file.add_stream("aac", rate=RATE, layout="mono")
        for start in range(0, SECONDS * RATE, FRAME):
            wave = 3000 * np.sin(2 * np.pi * 440 * np.arange(start, start + FRAME) / RATE)
            frame = av.AudioFrame.from_ndarray(wave.astype("<i2")[None, :], format="s16", layout="mono")
            frame.sample_rate, frame.pts = RATE, start
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))


def lengths(path):
    info = MP4(path).info
    with av.open(path) as file:
        return info.length, file.duration / av.time_base, f"{info.codec}, {info.sample_rate} Hz"


found = {}
for kind, options in KINDS.items():
    write(f"{kind}.m4a", options)
    found[kind] = lengths(f"{kind}.m4a")
    print(f"{kind}: mutagen {found[kind][0]:.2f} s, FFmpeg {found[kind][1]:.2f} s, {found[kind][2]}")
if abs(found["in fragments"][1] - SECONDS) > 0.1 or abs(found["plain"][0] - SECONDS) > 0.1:
    sys.exit("changed: the files are not the ten seconds that were meant")
if found["in fragments"][0] != 0 or not found["in fragments"][2].startswith("mp4a.40.2"):
    sys.exit("changed: mutagen measures fragments, or refuses them")
PYTHON
