"""Assigns the lanes of one Space: whose voice is on which lane, and who gets one next.

A lane is given away only when everyone who was on it is known to have left. Each process reports every microphone that
it moved (`Signal.CARRIED`). So a lane carries one person's voice or silence, and the owner of a lane can be read off a
list at any moment.
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
"""How long a new holder waits for every process to report its microphones."""
FORGOTTEN_AFTER_SECONDS: Final = 2.0
"""By then the mixer has removed a microphone that the database no longer has."""


@dataclass(slots=True)
class LaneAssigner:
    """The lanes of one Space. `cycle` is called from one thread at a time; `speakers` may be read by any."""

    space: Space
    epoch: int
    speakers: dict[int, Speaker] = field(default_factory=dict)
    """The speaker on each lane. Sound on a lane without a speaker is thrown away."""
    is_waiting: bool = False
    """Whether a person may get a lane once its holder has been silent for longer."""
    _since: float = field(default_factory=time.monotonic)
    _where: dict[str, int | None] = field(default_factory=dict)
    """The lane on which each microphone was last reported or ordered to be."""
    _seen: dict[str, float] = field(default_factory=dict)
    _talked: dict[int, float] = field(default_factory=dict)

    def carried(self, mixer_id: str, lane: int | None) -> None:
        """Note that a process has moved this microphone, or reported where it is."""
        self._where[mixer_id] = lane
        self._seen.setdefault(mixer_id, time.monotonic())

    def cycle(self) -> None:
        """Compare who should have a lane with who has one, and apply the difference. Raises the errors of the database,
        and `superseded`."""
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
        """Forget microphones that are gone. They leave their lanes with the mixer; no process moves them."""
        for mixer_id in known:
            self._seen[mixer_id] = now
        for mixer_id, seen in list(self._seen.items()):
            if now - seen > FORGOTTEN_AFTER_SECONDS:
                self._where.pop(mixer_id, None)
                del self._seen[mixer_id]
