"""Sound as Opus packets."""

from array import array
from fractions import Fraction
from typing import Any, Final

import av
import numpy as np

RATE: Final = 48_000
FRAME: Final = 960
"""Samples in the 20 ms of a packet."""


def opus_packets(sound: "bytes | array[int] | np.ndarray") -> list[bytes]:
    """Encode 16-bit samples, 48 kHz mono, as packets of 20 ms and 32 kbit/s. A rest of less than 20 ms is left out."""
    encoder: Any = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = RATE, "mono", "s16"
    encoder.bit_rate, encoder.time_base = 32_000, Fraction(1, RATE)
    pcm, found = bytes(sound), []
    for number, start in enumerate(range(0, len(pcm) - 2 * FRAME + 1, 2 * FRAME)):
        frame = av.AudioFrame(format="s16", layout="mono", samples=FRAME)
        frame.sample_rate, frame.pts = RATE, number * FRAME
        frame.planes[0].update(pcm[start : start + 2 * FRAME])
        found += [bytes(packet) for packet in encoder.encode(frame)]
    return found
