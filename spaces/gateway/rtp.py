"""The form of an RTP packet (RFC 3550 §5.1)."""

import struct
from typing import Final

HEADER: Final = struct.Struct("!BBHII")
"""Flags, payload type, sequence number, time stamp, and the sender's SSRC."""
_VERSION: Final = 2


class NotRtp(ValueError):
    """The bytes are no RTP packet with a payload."""


def payload(packet: bytes) -> bytes:
    """Return what the packet carries, without contributing sources, extension and padding. Raise `NotRtp`."""
    if len(packet) < HEADER.size:
        raise NotRtp("too short")
    flags = packet[0]
    start = HEADER.size + 4 * (flags & 0x0F)
    if flags >> 6 != _VERSION:
        raise NotRtp("another version")
    if flags & 0x10:  # an extension: its length in words stands in the second half of its first word
        if len(packet) < start + 4:
            raise NotRtp("cut within its extension")
        start += 4 + 4 * int.from_bytes(packet[start + 2 : start + 4])
    end = len(packet) - (packet[-1] if flags & 0x20 else 0)
    if start >= end:
        raise NotRtp("no payload")
    return packet[start:end]
