"""RTP (RFC 3550) as the gateway forwards it: one Opus frame of 20 ms in each packet."""

import struct
from dataclasses import dataclass, field
from typing import Final

FRAME_MS: Final = 20
_FIXED: Final = struct.Struct("!BBHII")
_VERSION: Final = 2
_CYCLE: Final = 1 << 16


class NotRtp(ValueError):
    """A datagram that no forwarder of ours sends."""


@dataclass(frozen=True, slots=True)
class Packet:
    """`sequence` has 16 bits and wraps around."""

    ssrc: int
    sequence: int
    payload: bytes


def parse(datagram: bytes) -> Packet:
    """Raises `NotRtp`."""
    if len(datagram) < _FIXED.size:
        raise NotRtp("too short")
    flags, _, sequence, _, ssrc = _FIXED.unpack_from(datagram)
    start = _FIXED.size + 4 * (flags & 0x0F)
    if flags >> 6 != _VERSION:
        raise NotRtp("another version")
    if flags & 0x10:  # an extension: its length in words stands in the second half of its first word
        if len(datagram) < start + 4:
            raise NotRtp("cut within its extension")
        start += 4 + 4 * int.from_bytes(datagram[start + 2 : start + 4])
    end = len(datagram) - (datagram[-1] if flags & 0x20 else 0)
    if start >= end:
        raise NotRtp("no payload")
    return Packet(ssrc, sequence, datagram[start:end])


@dataclass(slots=True)
class Reorderer:
    """Puts packets into order. One that is missing is waited for until `DEPTH` later ones are there, and then lost.

    `push` gives what is next by now: `(position, payload)`, the payload None for a lost one. Positions count frames and
    never go back. A packet that does not follow on what came before is for another `Reorderer`.
    """

    DEPTH = 4
    JUMP = 200

    _next: int | None = None
    _held: dict[int, bytes] = field(default_factory=dict)

    def follows(self, packet: Packet) -> bool:
        """False where the sender counts from elsewhere: it has begun anew."""
        return abs(self._ahead(packet.sequence)) <= self.JUMP

    def push(self, packet: Packet) -> list[tuple[int, bytes | None]]:
        ahead = self._ahead(packet.sequence)
        if self._next is None:
            self._next = packet.sequence
        if ahead < 0:  # late, or twice
            return []
        self._held.setdefault(self._next + ahead, packet.payload)
        ready: list[tuple[int, bytes | None]] = []
        while self._held and (self._next in self._held or len(self._held) > self.DEPTH):
            ready.append((self._next, self._held.pop(self._next, None)))
            self._next += 1
        return ready

    def _ahead(self, sequence: int) -> int:
        """By how much the 16 bits are beyond what is expected, the shorter way around."""
        if self._next is None:
            return 0
        return (sequence - self._next + _CYCLE // 2) % _CYCLE - _CYCLE // 2
