"""Decodes Opus from the gateway to sound as engines want it."""

from typing import Any, Final

import av
from av.error import InvalidDataError

from captions.engines.base import RATE
from captions.ingest.rtp import FRAME_MS

_OPUS_RATE: Final = 48_000
SILENCE: Final = b"\0\0" * (RATE * FRAME_MS // 1000)


class OpusDecoder:
    """The decoder of one stream: the codec keeps state. Gives int16 mono at 16 kHz."""

    def __init__(self) -> None:
        self._codec: Any = av.CodecContext.create("libopus", "r")
        self._codec.sample_rate, self._codec.layout = _OPUS_RATE, "mono"
        self._resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)

    def decode(self, payload: bytes | None) -> bytes:
        """Return the sound of one frame. A lost or broken frame becomes silence of the same length."""
        if payload is None:
            return SILENCE
        try:
            frames = self._codec.decode(av.Packet(payload))
        except InvalidDataError:
            return SILENCE
        resampled = [part for frame in frames for part in self._resampler.resample(frame)]
        return b"".join(bytes(part.planes[0])[: 2 * part.samples] for part in resampled)
