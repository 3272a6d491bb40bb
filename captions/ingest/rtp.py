"""RTP (RFC 3550) as the gateway forwards it: one Opus frame of 20 ms in each packet."""

from dataclasses import dataclass, field
from typing import Final

from spaces.gateway.rtp import HEADER, NotRtp, payload

__all__ = ["FRAME_MS", "NotRtp", "Packet", "Reorderer", "parse"]

FRAME_MS: Final = 20
_CYCLE: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Packet:
    """One RTP packet. `sequence` has 16 bits and wraps around."""

    ssrc: int
    sequence: int
    payload: bytes


def parse(datagram: bytes) -> Packet:
    """Return the packet in a datagram. Raises `NotRtp`."""
    carried = payload(datagram)
    _, _, sequence, _, ssrc = HEADER.unpack_from(datagram)
    return Packet(ssrc, sequence, carried)


@dataclass(slots=True)
class Reorderer:
    """Puts packets into order. A missing packet is waited for until `DEPTH` later ones have come, and is lost then.

    `push` gives what is next by now: `(position, payload)`, the payload None for a lost one. Positions count frames and
    never go back. A packet that does not follow on what came before is for another `Reorderer`.
    """

    DEPTH = 4
    JUMP = 200

    _next: int | None = None
    _held: dict[int, bytes] = field(default_factory=dict)

    def follows(self, packet: Packet) -> bool:
        """Return whether the packet continues this stream. A sender that counts from elsewhere has begun anew."""
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
        """Return how far a sequence number is ahead of the expected one, the shorter way around its 16 bits."""
        if self._next is None:
            return 0
        return (sequence - self._next + _CYCLE // 2) % _CYCLE - _CYCLE // 2
