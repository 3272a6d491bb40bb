"""Decides who gets a lane. Pure: it looks at nothing but its arguments, and is tested by properties.

A lane carries one voice alone. There are fewer lanes than microphones, so with many open ones the captions go to those
who talk: a person who begins to talk gets the lane of the person who has been silent longest.

A lane changes hands in two steps, so that two voices are never on it. Its holder leaves it; only when that is confirmed
is it `free` again and given away. A person is never moved from one lane to another, so each change of a person is one
call to the gateway.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from spaces.audio.lanes import LANES

YIELDS_AFTER_SECONDS: Final = 1.5
"""How long an open microphone must be silent before a person who talks may take its lane: longer than a pause between
two words, and than what is still on its way from the gateway to us."""


@dataclass(frozen=True, slots=True)
class Voice:
    """A person who may be captioned. `silent` is in seconds: 0 while they talk, infinite if they never did."""

    user_id: int
    unmuted: bool
    silent: float

    @property
    def talks(self) -> bool:
        return self.unmuted and self.silent == 0

    @property
    def need(self) -> tuple[bool, float]:
        """Return how urgent a lane is, larger first: open microphones, then those that talked last."""
        return (self.unmuted, -self.silent)


@dataclass(frozen=True, slots=True)
class Plan:
    """The changes to make. `leave`: people who are to leave their lanes; `enter`: who enters which lane."""

    leave: frozenset[int]
    enter: Mapping[int, int]


def allocate(*, holders: Mapping[int, int], free: Collection[int], voices: Iterable[Voice]) -> Plan:
    """Return the changes that bring the lanes to the people who need them most. `holders`: lane → person; `free`: empty
    lanes, in the order in which to give them away."""
    known = {voice.user_id: voice for voice in voices}
    gone = {person for person in holders.values() if person not in known}
    staying = [known[person] for person in holders.values() if person in known]
    waiting = sorted((v for v in known.values() if v not in staying), key=lambda v: (v.need, -v.user_id), reverse=True)
    enter = dict(zip((voice.user_id for voice in waiting), free, strict=False))
    # Lanes that are being left already will serve as many; only for the others somebody must go.
    emptying = LANES - len(holders) - len(free) + len(gone)
    yielding = _yielding(staying, waiting[len(enter) + emptying :])
    return Plan(leave=frozenset(gone | yielding), enter=enter)


def _yielding(staying: list[Voice], waiting: list[Voice]) -> set[int]:
    """Return the holders who give way to those who wait, the most urgent of these first."""
    candidates = sorted(staying, key=lambda voice: (voice.need, voice.user_id))
    leaving: set[int] = set()
    for claimant in waiting:
        loser = next((v for v in candidates if v.user_id not in leaving and _yields(v, claimant)), None)
        if loser is None:
            break
        leaving.add(loser.user_id)
    return leaving


def _yields(holder: Voice, claimant: Voice) -> bool:
    """Return whether a holder gives way: a closed microphone to any open one, an open one only to a person who talks,
    after a silence."""
    if not claimant.unmuted:
        return False
    return not holder.unmuted or (claimant.talks and holder.silent >= YIELDS_AFTER_SECONDS)
