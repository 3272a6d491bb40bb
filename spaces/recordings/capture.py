"""Read the files that the gateway records, while they grow.

Format (Janus 1.1.2, `record.c`): the mark `MJR00002`, two bytes with the length of a header in JSON, the header, then
frames. Each frame is the mark `MEET`, four bytes with the milliseconds since the file was opened, two bytes with a
length, and an RTP packet (RFC 3550). Numbers are in network order. Measured: a frame is in the file 34 to 412 ms after
it was sent to listeners, and what a killed gateway wrote is readable up to the last whole frame.
"""

import ctypes
import logging
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from spaces.gateway.rtp import HEADER, NotRtp, payload

logger = logging.getLogger(__name__)

RATE: Final = 48_000
"""Ticks of the RTP clock of Opus in a second (RFC 7587 §4.1)."""
_FILE_MARK: Final = b"MJR00002"
_FRAME_MARK: Final = b"MEET"
_FRAME: Final = struct.Struct("!4sIH")
_LONGEST_HEADER: Final = len(_FILE_MARK) + 2 + 0xFFFF
_TICKS: Final = 1 << 32
_MOST_APART: Final = 5 * RATE
"""The RTP clock and the gateway's own clock never differ by as much, unless the sender of the packets was made anew."""

_libc = ctypes.CDLL(None, use_errno=True)
_KEEP_SIZE, _PUNCH_HOLE = 1, 2


class NotACapture(ValueError):
    """The file is not what a gateway writes."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One Opus packet. `at` counts samples at 48 kHz since the first packet of the file."""

    at: int
    payload: bytes


class _Header(msgspec.Struct):
    """The times are microseconds since the epoch: `s` when the recording was asked for, `u` when the first frame
    came."""

    s: int
    u: int


class Capture:
    """One file of the gateway. It is read from where the last call of `packets` stopped."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.packets_read = 0
        self._read = 0
        self._began_at: datetime | None = None
        self._first_tick: int | None = None
        self._first_ms = 0
        self._shift = 0
        self._is_resumed = False
        self._forgotten = self._lead_ms = 0

    @property
    def began_at(self) -> datetime | None:
        """Return when the first packet came, by the gateway's wall clock. None while no packet has come."""
        return self._began_at

    @property
    def bytes_read(self) -> int:
        return self._read

    def begin(self) -> bool:
        """Read the header, if that was not done. Return False while it is not complete: the gateway writes it with the
        first packet. Raise `NotACapture`, `OSError`."""
        if self._began_at is not None:
            return True
        with self.path.open("rb") as file:
            return self._read_header(file.read(_LONGEST_HEADER))

    def packets(self) -> Iterator[Packet]:
        """Yield the whole packets that have come since the last call. Raise `NotACapture`, `OSError`.

        A packet that is only half written yet is left for the next call.
        """
        if not self.begin():
            return
        with self.path.open("rb") as file:
            file.seek(self._read)
            data = file.read()
        if self._first_tick is None:
            data = self._without_forgotten(data)
        at = 0
        while (frame := _frame(data, at)) is not None:
            ms, rtp = frame
            at += _FRAME.size + len(rtp)
            self._read += _FRAME.size + len(rtp)
            if packet := self._packet(ms, rtp):
                yield packet

    def _without_forgotten(self, data: bytes) -> bytes:
        """Leave out what an earlier reader has forgotten. The first packet that is left has its place by the gateway's
        clock: the packets that would tell it are gone."""
        kept = data.lstrip(b"\0")
        self._is_resumed = self._is_resumed or len(kept) < len(data)
        self._read += len(data) - len(kept)
        return kept

    def forget(self) -> None:
        """Free the bytes of the file that were read. They become zeros. The gateway goes on writing at its end."""
        if self._read > self._forgotten:
            punch(self.path, self._forgotten, self._read - self._forgotten)
            self._forgotten = self._read

    def _read_header(self, data: bytes) -> bool:
        start = len(_FILE_MARK) + 2
        if not _FILE_MARK.startswith(data[: len(_FILE_MARK)]):
            raise NotACapture(f"{self.path.name} does not begin with {_FILE_MARK.decode()}")
        if len(data) < start or len(data) < start + int.from_bytes(data[start - 2 : start]):
            return False
        self._read = start + int.from_bytes(data[start - 2 : start])
        try:
            header = msgspec.json.decode(data[start : self._read], type=_Header)
        except msgspec.DecodeError as error:
            raise NotACapture(f"{self.path.name}: {error}") from error
        self._began_at = datetime.fromtimestamp(header.u / 1_000_000, UTC)
        self._forgotten = self._read
        self._lead_ms = (header.u - header.s) // 1000
        return True

    def _packet(self, ms: int, rtp: bytes) -> Packet | None:
        """Return the packet at its place. None for bytes that are no RTP, and for a packet without sound."""
        try:
            carried = payload(rtp)
        except NotRtp:
            return None
        _, _, _, tick, _ = HEADER.unpack_from(rtp)
        if self._first_tick is None:
            self._first_ms = self._lead_ms if self._is_resumed else ms
            self._first_tick = (tick - (ms - self._first_ms) * RATE // 1000) % _TICKS
        at = (tick - self._first_tick + self._shift) % _TICKS
        arrived = (ms - self._first_ms) * RATE // 1000
        if abs(at - arrived) > _MOST_APART:  # the sender counts from elsewhere, so the gateway's clock decides
            self._shift += arrived - at
            at = arrived
        self.packets_read += 1
        return Packet(at, carried)


def _frame(data: bytes, at: int) -> tuple[int, bytes] | None:
    """Return the milliseconds and the bytes of the frame at this place. None if it is not whole."""
    if len(data) < at + _FRAME.size:
        return None
    mark, ms, length = _FRAME.unpack_from(data, at)
    if mark != _FRAME_MARK:
        raise NotACapture("a frame does not begin with its mark")
    start = at + _FRAME.size
    return (ms, data[start : start + length]) if len(data) >= start + length else None


def punch(path: Path, offset: int, length: int) -> None:
    """Free a part of a file, which then reads as zeros (fallocate(2)). Where the file system cannot, the bytes stay."""
    with path.open("rb+") as file:
        if _libc.fallocate(file.fileno(), _KEEP_SIZE | _PUNCH_HOLE, ctypes.c_int64(offset), ctypes.c_int64(length)):
            logger.info("%s: this file system frees no part of a file: %s", path.name, os.strerror(ctypes.get_errno()))
