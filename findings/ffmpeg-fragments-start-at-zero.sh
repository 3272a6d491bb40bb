#!/usr/bin/env bash
# A fragment of MP4 that is written on its own starts at 0, although the flag that keeps its time is set.
#
# Versions:  PyAV 18.1.0 with its own FFmpeg (libavformat's mov muxer).
# Behaviour: A packager that writes each segment with a muxer of its own gives packets with their true times, here from
#            101376 on, and `movflags=frag_discont`, which is there so that a fragment keeps the time of its packets.
#            The fragment's tfdt says 0, without an error or a warning, so every segment plays on top of the first. With
#            `avoid_negative_ts=disabled`, though no time is negative, or with `delay_moov`, it says 101376.
# Guess:     frag_discont alone keeps the time. The times are positive, so a rule about negative ones changes nothing.
# Seen:      plain 0; frag_discont 0; frag_discont and avoid_negative_ts=disabled 101376; avoid_negative_ts=disabled
#            alone 0; frag_discont and delay_moov 101376.
# Date:      2026-11-29
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/pip install --quiet av==18.1.0 numpy==2.4.6

venv/bin/python - <<'PYTHON'
import io
import sys
from fractions import Fraction

import av
import numpy as np

RATE, FRAME, FROM, TO = 48_000, 1024, 100, 150
FLAGS = "empty_moov+default_base_moof+frag_custom"
OFF = {"avoid_negative_ts": "disabled"}
KINDS = {
    "plain": ({"movflags": FLAGS}, 0),
    "frag_discont": ({"movflags": f"{FLAGS}+frag_discont"}, 0),
    "frag_discont, avoid_negative_ts=disabled": ({"movflags": f"{FLAGS}+frag_discont", **OFF}, 1),
    "avoid_negative_ts=disabled": ({"movflags": FLAGS, **OFF}, 0),
    "frag_discont, delay_moov": ({"movflags": f"{FLAGS}+frag_discont+delay_moov"}, 1),
}


def encoded():
    encoder = av.CodecContext.create("aac", "w")
    encoder.sample_rate, encoder.layout, encoder.format = RATE, "mono", "fltp"
    encoder.time_base = Fraction(1, RATE)
    packets = []
    for number in range(TO + 10):
        wave = 0.3 * np.sin(2 * np.pi * 440 * (number * FRAME + np.arange(FRAME)) / RATE)
        frame = av.AudioFrame.from_ndarray(wave.astype(np.float32)[None, :], format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, number * FRAME, Fraction(1, RATE)
        packets += encoder.encode(frame)
    return encoder, packets[FROM:TO]


def time_in(options):
    """Return the first packet's time and the time that the fragment says (ISO/IEC 14496-12 8.8.12)."""
    encoder, packets = encoded()
    first, data = packets[0].pts, io.BytesIO()
    with av.open(data, "w", format="mp4", options=options) as file:
        stream = file.add_stream("aac", rate=RATE, layout="mono")
        stream.codec_context.extradata = encoder.extradata
        stream.time_base = Fraction(1, RATE)
        for packet in packets:
            packet.stream = stream
            file.mux(packet)
    body = data.getvalue().index(b"tfdt") + 4
    return first, int.from_bytes(data.getvalue()[body + 4 : body + 12], "big")


changed = []
for kind, (options, is_kept) in KINDS.items():
    first, said = time_in(options)
    print(f"{kind}: packets from {first}, the fragment says {said}")
    if said != (first if is_kept else 0):
        changed.append(kind)
if changed:
    sys.exit(f"changed: {', '.join(changed)}")
PYTHON
