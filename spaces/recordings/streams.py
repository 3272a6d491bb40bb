"""Read the sound out of all files that the gateway wrote for one Space, in the order in which they began."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
from av.error import FFmpegError

from spaces.recordings.capture import RATE, Capture, NotACapture, Packet

logger = logging.getLogger(__name__)

PACKET: Final = RATE // 50
"""Samples in a packet: 20 ms."""
RUN_UP: Final = 8 * PACKET
"""What a decoder must hear before its first sample that is kept (RFC 7845 §4.2 says 80 ms; the encoder needs two frames
more)."""


@dataclass(frozen=True, slots=True)
class CapturedFile:
    """What is known of one file of the gateway."""

    name: str
    began_at: datetime
    duration_ms: int
    packets: int
    bytes: int


class Stream:
    """One file of the gateway with its decoder, which remembers what it decoded before."""

    def __init__(self, path: Path) -> None:
        self.capture = Capture(path)
        self.is_refused = False
        self._length = 0
        self._codec: Any = av.CodecContext.create("libopus", "r")
        self._codec.sample_rate, self._codec.layout = RATE, "mono"

    @property
    def began_at(self) -> datetime:
        if self.capture.began_at is None:
            raise ValueError("no packet has come")
        return self.capture.began_at

    @property
    def told(self) -> CapturedFile:
        capture = self.capture
        length = self._length * 1000 // RATE
        return CapturedFile(capture.path.name, self.began_at, length, capture.packets_read, capture.bytes_read)

    def clock(self, packet: Packet, started_at: datetime) -> int:
        """Return when the packet was heard: samples since that moment."""
        return round((self.began_at - started_at) / timedelta(seconds=1) * RATE) + packet.at

    def heard(self, packet: Packet) -> None:
        self._length = packet.at + PACKET

    def decode(self, packet: Packet) -> Any:
        """Return the samples of a packet as floating point. A broken packet is silent."""
        try:
            parts = list(self._samples(packet))
        except FFmpegError:
            parts = []
        return np.concatenate(parts) if parts else np.zeros(PACKET, np.float32)

    def _samples(self, packet: Packet) -> Iterator[Any]:
        for frame in self._codec.decode(av.Packet(packet.payload)):
            found = frame.to_ndarray().reshape(-1)
            yield found.astype(np.float32) / 32_768 if found.dtype == np.int16 else found.astype(np.float32)


class Streams:
    """The files of some directories, which may not exist yet. More may come at any time."""

    def __init__(self, *homes: Path) -> None:
        self.homes = list(homes)
        self._streams: dict[str, Stream] = {}

    @property
    def bytes_read(self) -> int:
        return sum(stream.capture.bytes_read for stream in self._streams.values())

    def in_order(self) -> list[Stream]:
        """Return the files that have sound in them, oldest first."""
        begun = [stream for stream in self._streams.values() if stream.capture.began_at is not None]
        return sorted(begun, key=lambda stream: stream.began_at)

    def leave_out_missing(self) -> None:
        """Read no more of files that were removed, as those of a recording that its host deletes."""
        for name, stream in list(self._streams.items()):
            if not stream.capture.path.exists():
                del self._streams[name]

    def fresh(self) -> Iterator[tuple[Stream, Packet]]:
        """Yield what the gateway wrote since the last call."""
        self._find_new_files()
        for stream in self.in_order():
            for packet in self._packets(stream):
                yield stream, packet

    def _find_new_files(self) -> None:
        for path in sorted(path for home in self.homes for path in home.glob("*.mjr")):
            if path.name not in self._streams:
                self._streams[path.name] = Stream(path)
        for stream in self._streams.values():
            try:
                stream.capture.begin()
            except NotACapture as error:
                _refuse(stream, error)

    def _packets(self, stream: Stream) -> Iterator[Packet]:
        if stream.is_refused:
            return
        try:
            yield from stream.capture.packets()
        except NotACapture as error:
            _refuse(stream, error)


def _refuse(stream: Stream, error: NotACapture) -> None:
    """Read no more of a file that is broken. What was read of it stays."""
    if not stream.is_refused:
        logger.warning("recording %s: %s", stream.capture.path.parent.parent.name, error)
        stream.is_refused = True
