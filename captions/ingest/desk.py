"""One Space that this ingest holds: whose voice is on which of its lanes, and who gets one next.

A lane is given away only when everybody who was on it is known to have left: each process says of every microphone it
moved where that is now (`Signal.CARRIED`). So a lane carries one person's voice or nothing, and whose it is can be read
off a list at any moment.
"""

import math
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from captions import selectors, services
from captions.ingest.voices import Speaker
from captions.lanes import Plan, Voice, allocate
from captions.selectors import Candidate
from spaces.audio import now_talking
from spaces.audio.lanes import LANES
from spaces.models import Space

ROLL_CALL_SECONDS: Final = 1.0
"""A new holder waits so long for every process to say where its microphones are."""
FORGOTTEN_AFTER_SECONDS: Final = 2.0
"""The mixer has put out a microphone that the database does not know any more by then."""


@dataclass(slots=True)
class Desk:
    """`cycle` is called from one thread at a time; `speakers` may be read by any."""

    space: Space
    epoch: int
    speakers: dict[int, Speaker] = field(default_factory=dict)
    """By lane; not there: whatever comes on it belongs to nobody."""
    is_waiting: bool = False
    """Somebody may get a lane when another has been silent for longer."""
    _since: float = field(default_factory=time.monotonic)
    _where: dict[str, int | None] = field(default_factory=dict)
    """Which lane each microphone was last known or told to be on."""
    _seen: dict[str, float] = field(default_factory=dict)
    _talked: dict[int, float] = field(default_factory=dict)

    def carried(self, mixer_id: str, lane: int | None) -> None:
        """A process has moved this microphone, or said where it is."""
        self._where[mixer_id] = lane
        self._seen.setdefault(mixer_id, time.monotonic())

    def cycle(self) -> None:
        """Compares who should have a lane with who has, and changes what is to be changed. Raises what the database
        raises, and `superseded`."""
        now = time.monotonic()
        candidates = selectors.candidates(self.space)
        holders = {lane: person for person, lane in selectors.on_lanes(self.space).items()}
        self._forget(selectors.microphones(self.space), now)
        voices = self._voices(candidates, now)
        plan = allocate(holders=holders, free=self._free(holders, now), voices=voices)
        self._carry_out(plan, candidates)
        held = {lane: person for lane, person in holders.items() if person not in plan.leave}
        held |= {lane: person for person, lane in plan.enter.items()}
        self._name(held, {candidate.user_id for candidate in candidates})
        self.is_waiting = len(candidates) > len(held)

    def _voices(self, candidates: list[Candidate], now: float) -> list[Voice]:
        for user_id in now_talking(self.space.public_id):
            self._talked[int(user_id)] = now
        return [Voice(c.user_id, c.unmuted, now - self._talked.get(c.user_id, -math.inf)) for c in candidates]

    def _free(self, holders: Collection[int], now: float) -> list[int]:
        if now - self._since < ROLL_CALL_SECONDS:
            return []
        occupied = {lane for lane in self._where.values() if lane is not None}
        return [lane for lane in range(LANES) if lane not in holders and lane not in occupied]

    def _carry_out(self, plan: Plan, candidates: list[Candidate]) -> None:
        if not plan.leave and not plan.enter:
            return
        lanes: dict[int, int | None] = {**dict.fromkeys(plan.leave), **plan.enter}
        for lane in [lane for lane, speaker in self.speakers.items() if speaker.user_id in plan.leave]:
            del self.speakers[lane]
        if not services.assign_lanes(space=self.space, lanes=lanes, epoch=self.epoch):
            return
        for candidate in candidates:
            if candidate.user_id in plan.enter:
                self.carried(candidate.mixer_id, plan.enter[candidate.user_id])

    def _name(self, held: dict[int, int], allowed: set[int]) -> None:
        for lane in range(LANES):
            person = held.get(lane)
            if person is None or person not in allowed:
                self.speakers.pop(lane, None)
            elif lane not in self.speakers or self.speakers[lane].user_id != person:
                self.speakers[lane] = Speaker(self.space.pk, person, self.epoch)

    def _forget(self, known: set[str], now: float) -> None:
        """Microphones that are gone: they leave their lanes with the mixer, not by being moved."""
        for mixer_id in known:
            self._seen[mixer_id] = now
        for mixer_id, seen in list(self._seen.items()):
            if now - seen > FORGOTTEN_AFTER_SECONDS:
                self._where.pop(mixer_id, None)
                del self._seen[mixer_id]
