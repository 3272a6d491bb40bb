#!/usr/bin/env bash
# The loudness meter takes twenty times as long for the silence after sound as for the sound itself.
#
# Versions:  PyAV 18.1.0 with its own FFmpeg (libavfilter's ebur128).
# Behaviour: The meter of EBU R 128 measures two minutes of noise, then ten seconds of noise with silence behind it, then
#            the same with a noise of -140 dB in the silence. The silence costs many times the CPU time, and the faint
#            noise brings it back, with the same loudness. Silence from the first sample on costs nothing more: the
#            meter's filters never come to rest after sound, and count on with denormal numbers.
# Guess:     Silence costs as much as sound, or less, since it is gated out.
# Seen:      CPU time over that of noise: sound with silence behind it 20.7, with a faint noise 1.0, silence alone 0.9.
# Date:      2026-11-30
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/pip install --quiet av==18.1.0 numpy==2.4.6

venv/bin/python - <<'PYTHON'
import gc
import re
import sys
import time
from fractions import Fraction

import av
import av.logging
import numpy as np
from av.filter import Graph

RATE, BLOCK, SECONDS, SOUND = 48_000, 16_384, 120, 10
MANY, ABOUT_ONE = 3.0, 1.6


def measured(samples):
    """Return the CPU seconds that the meter takes, and the loudness that it prints."""
    began = time.process_time()
    av.logging.set_level(av.logging.INFO)
    with av.logging.Capture() as printed:
        graph = Graph()
        source = graph.add_abuffer(format="fltp", sample_rate=RATE, layout="mono", time_base=Fraction(1, RATE))
        graph.link_nodes(source, graph.add("ebur128", "framelog=quiet"), graph.add("abuffersink")).configure()
        for at in range(0, len(samples), BLOCK):
            frame = av.AudioFrame.from_ndarray(samples[None, at : at + BLOCK], format="fltp", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = RATE, at, Fraction(1, RATE)
            graph.push(frame)
            drain(graph)
        graph.push(None)
        drain(graph)
        del graph, source
        gc.collect()
    spent = time.process_time() - began
    return spent, re.findall(r"I:\s+(-?[\d.]+) LUFS", "".join(text for _, _, text in printed))[-1]


def drain(graph):
    try:
        while True:
            graph.pull()
    except (av.error.BlockingIOError, av.error.EOFError):
        pass


random = np.random.default_rng(1)
noise = random.normal(0, 0.1, SECONDS * RATE).astype(np.float32)
silence = np.zeros_like(noise)
stops = np.where(np.arange(len(noise)) < SOUND * RATE, noise, silence)
faint = random.uniform(-1e-7, 1e-7, len(noise)).astype(np.float32)
kinds = {"sound, then silence": stops, "sound, then faint noise": stops + faint, "silence alone": silence}
base, _ = min(measured(noise) for _ in range(3))
ratios, loudness = {}, {}
for name, samples in kinds.items():
    spent, loudness[name] = min(measured(samples) for _ in range(3))
    ratios[name] = spent / base
    print(f"{name}: {ratios[name]:.1f} times the CPU time of noise, {loudness[name]} LUFS")
same = loudness["sound, then silence"] == loudness["sound, then faint noise"]
slow = ratios.pop("sound, then silence") > MANY
sys.exit(0 if slow and same and all(one < ABOUT_ONE for one in ratios.values()) else 1)
PYTHON
