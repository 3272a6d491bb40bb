"""Encode samples as AAC, and cut the result into segments of a fragmented MP4, by samples and never by the wall clock.

Times are samples at 48 kHz. A segment is a little more than two seconds. There are no holes: what is not written is
silence.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, cast

import av
import numpy as np

RATE: Final = 48_000
FRAME: Final = 1024
"""Samples in a frame of AAC-LC."""
SEGMENT_FRAMES: Final = 94
SEGMENT: Final = FRAME * SEGMENT_FRAMES
"""Samples in a segment: a little more than two seconds."""
BITRATE: Final = 56_000
LEAD: Final = 2 * FRAME
"""What an encoder must hear before the first frame that is kept: each frame overlaps with the one before it."""
_SILENT: Final = np.zeros(FRAME, np.float32)


@dataclass(frozen=True, slots=True)
class Fragment:
    """One segment. `head` describes the stream; it is the same for all segments of an encoder."""

    head: bytes
    body: bytes
    samples: int


class Encoder:
    """One encoder from the place `start` on, a multiple of `SEGMENT`. `on_segment` is called with each segment."""

    def __init__(self, start: int, on_segment: Callable[[Fragment], None]) -> None:
        self._codec: Any = av.CodecContext.create("aac", "w")
        self._codec.sample_rate, self._codec.layout, self._codec.format = RATE, "mono", "fltp"
        self._codec.bit_rate, self._codec.time_base = BITRATE, Fraction(1, RATE)
        self._on_segment = on_segment
        self._kept_from = start
        self._number = start // SEGMENT
        self._buffer: list[Any] = []
        self._packets: list[Any] = []
        self._buffered, self._encoded = 0, max(0, start - LEAD)

    @property
    def head(self) -> int:
        """Return the place of the next sample."""
        return self._encoded + self._buffered

    def write(self, at: int, samples: Any) -> None:
        """Write samples at their place. A gap before them becomes silence. What is written already stays."""
        self.pad(at)
        fresh = samples[max(0, self.head - at) :]
        if len(fresh):
            self._buffer.append(fresh)
            self._buffered += len(fresh)
            self._encode_frames()

    def pad(self, until: int) -> None:
        """Write silence up to this place. Do nothing if there is sound up to it."""
        while (missing := until - self.head) > 0:
            part = _SILENT[: min(missing, FRAME)]
            self._buffer.append(part)
            self._buffered += len(part)
            self._encode_frames()

    def finish(self) -> None:
        """Make a last segment, perhaps a shorter one, of what is left."""
        length = self.head
        self.pad(length + 3 * FRAME)  # the encoder holds back two frames
        last = -(-length // FRAME)
        del self._packets[sum(packet.pts // FRAME < last for packet in self._packets) :]
        self._cut()

    def _encode_frames(self) -> None:
        if self._buffered < FRAME:
            return
        joined = np.concatenate(self._buffer)
        whole = len(joined) // FRAME * FRAME
        for at in range(0, whole, FRAME):
            self._encode(joined[at : at + FRAME])
        self._buffer = [joined[whole:]]
        self._buffered = len(joined) - whole

    def _encode(self, samples: Any) -> None:
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples.reshape(1, -1)), format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, self._encoded, Fraction(1, RATE)
        self._encoded += FRAME
        for packet in self._codec.encode(frame):
            # The first packet of an encoder holds nothing but the run-up: its time is before the first sample.
            if packet.pts >= self._kept_from:
                self._packets.append(packet)
        if len(self._packets) >= SEGMENT_FRAMES:
            self._cut()

    def _cut(self) -> None:
        packets, self._packets = self._packets[:SEGMENT_FRAMES], self._packets[SEGMENT_FRAMES:]
        if packets:
            self._number += 1
            head, body = _muxed(self._codec, packets, number=self._number)
            self._on_segment(Fragment(head, body, len(packets) * FRAME))


def _muxed(codec: Any, packets: list[Any], *, number: int) -> tuple[bytes, bytes]:
    """Return the header of a fragmented MP4, and one fragment with these packets."""
    data = io.BytesIO()
    # A new file starts at zero unless both frag_discont and the last option say otherwise (findings/README.md).
    flags = "empty_moov+default_base_moof+frag_custom+frag_discont"
    options = {"movflags": flags, "fragment_index": str(number), "avoid_negative_ts": "disabled"}
    with av.open(data, "w", format="mp4", options=options) as target:
        stream = cast("Any", target.add_stream("aac", rate=RATE))
        stream.codec_context.layout, stream.codec_context.bit_rate = "mono", BITRATE
        stream.codec_context.extradata = codec.extradata
        stream.time_base = Fraction(1, RATE)
        for packet in packets:
            packet.stream = stream
            target.mux(packet)
    written = data.getvalue()
    first, last = _box(written, b"moof"), _box(written, b"mfra")
    return written[:first], written[first : last or len(written)]


def _box(data: bytes, kind: bytes) -> int:
    """Return where the first box of this kind begins (ISO/IEC 14496-12 §4.2), or 0."""
    at = 0
    while at + 8 <= len(data):
        if data[at + 4 : at + 8] == kind:
            return at
        at += max(8, int.from_bytes(data[at : at + 4]))
    return 0
