"""Make one continuous sound of what the gateway recorded of a Space.

The gateway writes a new file each time its mountpoint is made anew, and writes nothing while it is away. The packer
places each packet on the Space's clock, and each part that was recorded after the one before it. Where no packet came
there is silence.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from spaces.recordings.capture import RATE, NotACapture, Packet
from spaces.recordings.sound_writer import SoundWriter, write_replay
from spaces.recordings.streams import PACKET, RUN_UP, CapturedFile, Stream, Streams

LATE_MS: Final = 3_000
"""What has not come after this time is taken for lost while the Space is live. Measured: files are 412 ms behind at
most."""
_MS: Final = RATE // 1000


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the Space that is recorded, in milliseconds of the Space's clock. Without an end it goes on."""

    starts_ms: int
    ends_ms: int | None


class Packer:
    """The packer of one recording. `advance` reads what has come, and may be called again after any failure."""

    def __init__(self, *, home: Path, capture_home: Path, started_at: datetime) -> None:
        self._home, self._started_at = home, started_at
        self._writer = SoundWriter(home)
        self._streams = Streams(capture_home)

    @property
    def duration_ms(self) -> int:
        """Return the length of the sound that players can get."""
        return self._writer.packed // _MS

    @property
    def bytes(self) -> int:
        """Return the size of the packed sound and of what was captured."""
        return self._writer.bytes + self._streams.bytes_read

    @property
    def files(self) -> list[CapturedFile]:
        """Return the files of the gateway that have sound in them, oldest first."""
        return [stream.told for stream in self._streams.in_order()]

    def advance(self, parts: Sequence[Part], *, now_ms: int) -> bool:
        """Pack what the gateway wrote since the last call. `now_ms` is the Space's clock. Return whether there was
        anything new. Raise `OSError` if the disk does not take it."""
        is_new = False
        for stream, packet in self._streams.fresh():
            is_new = True
            self._place(stream, packet, parts)
        self._writer.pad(_place(parts, (now_ms - LATE_MS) * _MS))
        return is_new

    def finish(self, parts: Sequence[Part]) -> int:
        """Pack the rest, and write the file for players. Return its length in milliseconds. Raise `OSError`, and
        `NotACapture` if there is no sound at all."""
        if not self._streams.in_order():
            raise NotACapture("the gateway wrote nothing")
        self._writer.pad(sum((part.ends_ms or part.starts_ms) - part.starts_ms for part in parts) * _MS)
        self._writer.close()
        return write_replay(self._home)

    def _place(self, stream: Stream, packet: Packet, parts: Sequence[Part]) -> None:
        """Write a packet where it belongs. What lies outside of the recorded parts is not kept."""
        clock = stream.clock(packet, self._started_at)
        stream.heard(packet)
        if not _is_recorded(parts, clock):
            return
        at = _place(parts, clock)
        if at + PACKET + RUN_UP <= self._writer.head:  # written before the recorder was started again
            return
        self._writer.date(at, self._started_at + timedelta(seconds=clock / RATE))
        self._writer.write(at, stream.decode(packet))


def _is_recorded(parts: Sequence[Part], clock: int) -> bool:
    return any(p.starts_ms * _MS <= clock and (p.ends_ms is None or clock < p.ends_ms * _MS) for p in parts)


def _place(parts: Sequence[Part], clock: int) -> int:
    """Return the place in the sound for a moment of the Space's clock, both in samples.

    A moment between two parts gives the place where they meet.
    """
    before = 0
    for part in parts:
        ends = clock if part.ends_ms is None else min(clock, part.ends_ms * _MS)
        before += max(0, ends - part.starts_ms * _MS)
    return before
