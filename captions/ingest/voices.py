"""Turns packets into utterances: all the work on a lane's sound, on one thread and without waiting."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from captions.ingest.endpointer import Endpointer, Heard
from captions.ingest.opus import OpusDecoder
from captions.ingest.rtp import FRAME_MS, Packet, Reorderer

FIRST_INTERIM_MS: Final = 500
INTERIM_EVERY_MS: Final = 400
_LATER_PART: Final = 4
"""A pass costs more the longer the utterance is: after 1.6 s the next interim waits a quarter of it longer."""
_PAUSE_MS: Final = 2_000
"""The mixer sends silence, too. Where nothing came for so long, it was away, or the voice was, and positions do not
count that time. A busy machine keeps packets waiting for less."""
_DRIFT_MS: Final = 1
"""The sender's clock may run slower than ours: the assumed delay grows so much a second, until a packet lowers it."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """The person whose voice a lane carries, and since when. Every change of the lane makes a new object."""

    space_id: int
    user_id: int
    epoch: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """A received packet: its lane, its time on the Space's clock, and whose voice the lane carried just then."""

    ssrc: int
    at_ms: int
    speaker: Speaker | None
    packet: Packet | None
    """None: nothing came, but the lane changed hands."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """The words of one speaker between two pauses, so far or all of them."""

    speaker: Speaker
    heard: Heard


@dataclass(slots=True)
class _Lane:
    speaker: Speaker
    came_ms: int
    """When its latest packet came."""
    order: Reorderer = field(default_factory=Reorderer)
    decoder: OpusDecoder = field(default_factory=OpusDecoder)
    endpointer: Endpointer = field(default_factory=Endpointer)
    zero_ms: float | None = None
    """On the Space's clock, of position 0."""
    shown_ms: int = 0
    """How much of the current utterance the last interim had."""


class Voices:
    """The voices of all lanes. `tell` is called with every utterance and interim."""

    def __init__(self, tell: Callable[[Utterance], None]) -> None:
        self._tell = tell
        self._lanes: dict[int, _Lane] = {}

    def take(self, arrival: Arrival) -> None:
        lane = self._lane(arrival)
        if lane is None or arrival.packet is None:
            return
        lane.came_ms = arrival.at_ms
        for position, payload in lane.order.push(arrival.packet):
            self._hear(lane, lane.decoder.decode(payload), at_ms=_on_clock(lane, position, arrival.at_ms))

    def _lane(self, arrival: Arrival) -> _Lane | None:
        """Return the lane of an arrival, anew if its speaker changed: the last speaker's utterance ends, and no
        utterance mixes two voices. The same holds for a sender that begins anew, because its positions are those of
        another clock."""
        lane = self._lanes.get(arrival.ssrc)
        if lane is not None and (lane.speaker is not arrival.speaker or not _goes_on(lane, arrival)):
            del self._lanes[arrival.ssrc]
            if heard := lane.endpointer.finish():
                self._tell(Utterance(lane.speaker, heard))
            lane = None
        if lane is None and arrival.speaker is not None:
            lane = self._lanes[arrival.ssrc] = _Lane(arrival.speaker, arrival.at_ms)
        return lane

    def _hear(self, lane: _Lane, pcm: bytes, *, at_ms: int) -> None:
        for heard in lane.endpointer.push(pcm, at_ms=at_ms):
            lane.shown_ms = 0
            self._tell(Utterance(lane.speaker, heard))
        if lane.endpointer.speaks:
            self._show_interim(lane)

    def _show_interim(self, lane: _Lane) -> None:
        wait_ms = max(INTERIM_EVERY_MS, lane.shown_ms // _LATER_PART)
        due_ms = lane.shown_ms + wait_ms if lane.shown_ms else FIRST_INTERIM_MS
        if lane.endpointer.spoken_ms >= due_ms and (so_far := lane.endpointer.so_far()):
            lane.shown_ms = lane.endpointer.spoken_ms
            self._tell(Utterance(lane.speaker, so_far))


def _goes_on(lane: _Lane, arrival: Arrival) -> bool:
    if arrival.packet is None:
        return True
    return arrival.at_ms - lane.came_ms < _PAUSE_MS and lane.order.follows(arrival.packet)


def _on_clock(lane: _Lane, position: int, arrived_ms: int) -> int:
    """Return when the frame was spoken, as far as its arrival tells: the quickest packet so far had the least delay."""
    zero_ms = arrived_ms - position * FRAME_MS
    if lane.zero_ms is None or zero_ms < lane.zero_ms:
        lane.zero_ms = zero_ms
    else:
        lane.zero_ms += _DRIFT_MS * FRAME_MS / 1000
    return max(int(lane.zero_ms) + position * FRAME_MS, 0)
