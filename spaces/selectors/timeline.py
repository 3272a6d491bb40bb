"""Join the two clocks of a recording: the Space's, which log, captions and pins use, and the replay's.

The Space's clock starts when the Space goes live. The replay's starts at zero and leaves out what was not recorded and
what the host cut off. Everything that a replay shows goes through `Timeline`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from spaces.models import Recording


@dataclass(frozen=True, slots=True)
class Kept:
    """An interval of the Space's clock that the replay keeps, in milliseconds."""

    starts_ms: int
    ends_ms: int

    @property
    def length_ms(self) -> int:
        return self.ends_ms - self.starts_ms


@dataclass(frozen=True, slots=True)
class Timeline:
    """The intervals that the replay keeps, in order."""

    kept: tuple[Kept, ...]

    @property
    def duration_ms(self) -> int:
        """Return the length of the replay."""
        return sum(interval.length_ms for interval in self.kept)

    def replay_ms(self, clock_ms: int) -> int | None:
        """Return the time in the replay for a time of the Space. None if the replay leaves it out."""
        before = 0
        for interval in self.kept:
            if interval.starts_ms <= clock_ms < interval.ends_ms:
                return before + clock_ms - interval.starts_ms
            before += interval.length_ms
        return None

    def clock_ms(self, replay_ms: int) -> int:
        """Return the time of the Space for a time in the replay. Times past its end give its end."""
        left = max(replay_ms, 0)
        for interval in self.kept:
            if left < interval.length_ms:
                return interval.starts_ms + left
            left -= interval.length_ms
        return self.kept[-1].ends_ms if self.kept else 0

    def spans(self, starts_ms: int, ends_ms: int) -> list[tuple[int, int]]:
        """Return the parts of a span of the Space's clock that are in the replay, as `(start, end)` in the replay."""
        found = []
        before = 0
        for interval in self.kept:
            start, end = max(starts_ms, interval.starts_ms), min(ends_ms, interval.ends_ms)
            if start < end:
                found.append((before + start - interval.starts_ms, before + end - interval.starts_ms))
            before += interval.length_ms
        return found


def timeline(recording: Recording, *, uncut: bool = False) -> Timeline:
    """Return the timeline of a recording. With `uncut` it ignores what the host cut off the start and the end."""
    if uncut:
        return Timeline(tuple(_recorded(recording)))
    return between(recording, recording.cut_start_ms, recording.end_ms)


def between(recording: Recording, first_ms: int, last_ms: int) -> Timeline:
    """Return the timeline of a part of the recorded sound, which starts at zero."""
    return Timeline(tuple(_within(_recorded(recording), first_ms, last_ms)))


def _recorded(recording: Recording) -> list[Kept]:
    """Return the stretches, as far as their sound is packed."""
    left, found = recording.duration_ms, []
    for starts_ms, ends_ms in recording.stretches.order_by("starts_ms").values_list("starts_ms", "ends_ms"):
        length = left if ends_ms is None else min(left, ends_ms - starts_ms)
        if length > 0:
            found.append(Kept(starts_ms, starts_ms + length))
        left -= max(length, 0)
    return found


def _within(kept: Iterable[Kept], first_ms: int, last_ms: int) -> list[Kept]:
    """Return the intervals between two times of the uncut replay."""
    found, before = [], 0
    for interval in kept:
        start, end = max(first_ms - before, 0), min(last_ms - before, interval.length_ms)
        if start < end:
            found.append(Kept(interval.starts_ms + start, interval.starts_ms + end))
        before += interval.length_ms
    return found
