"""Finds utterances in a voice: where somebody begins to speak, and where they stop."""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from captions.engines.base import RATE
from captions.ingest.silero import SAMPLES, Silero

FRAME_MS: Final = SAMPLES * 1000 // RATE
FRAME_BYTES: Final = 2 * SAMPLES

_LEAD_FRAMES: Final = 10
"""Kept from before the beginning: the first sounds of a word are weak."""
_BEGINS_WITH: Final = 5
"""Of the last `_BEGINS_AMONG` frames, so many with a voice are a beginning; fewer are a click or a breath."""
_BEGINS_AMONG: Final = 7
_KEPT_SILENCE: Final = 6
_PAUSES: Final = ((4_000, 13), (8_000, 8), (12_000, 3))
"""How many silent frames end an utterance that is up to so many milliseconds long: the longer it is, the shorter the
pause that will do. 0.4 s is longer than most pauses within a sentence."""
_SPEAKS, _STILL_SPEAKS = 0.5, 0.35
"""Probability of a voice that begins an utterance, and of one that keeps it going: a word ends softly."""
LONGEST_MS: Final = 15_000


@dataclass(frozen=True, slots=True)
class Heard:
    """An utterance so far, or all of it. `start_ms` is that of its first frame, `pcm` int16 mono 16 kHz."""

    start_ms: int
    pcm: bytes
    ended: bool

    @property
    def end_ms(self) -> int:
        return self.start_ms + len(self.pcm) * 1000 // (2 * RATE)


@dataclass(slots=True)
class Endpointer:
    """One voice's. `push` takes sound of any length; times are those of the caller."""

    _vad: Silero = field(default_factory=Silero)
    _rest: bytes = b""
    _lead: "deque[tuple[int, bytes]]" = field(default_factory=lambda: deque(maxlen=_LEAD_FRAMES))
    _recent: "deque[bool]" = field(default_factory=lambda: deque(maxlen=_BEGINS_AMONG))
    _frames: list[bytes] = field(default_factory=list)
    _start_ms: int = 0
    _silent: int = 0

    @property
    def speaks(self) -> bool:
        return bool(self._frames)

    @property
    def spoken_ms(self) -> int:
        return len(self._frames) * FRAME_MS

    def push(self, pcm: bytes, *, at_ms: int) -> list[Heard]:
        """Take the next sound, and return the utterances that ended in it. `at_ms` is the time of the first sample of
        `pcm` (int16, mono, 16 kHz)."""
        at_ms -= len(self._rest) * 1000 // (2 * RATE)
        sound, ended = self._rest + pcm, []
        whole = len(sound) - len(sound) % FRAME_BYTES
        for number, start in enumerate(range(0, whole, FRAME_BYTES)):
            if heard := self._frame(sound[start : start + FRAME_BYTES], at_ms + number * FRAME_MS):
                ended.append(heard)
        self._rest = sound[whole:]
        return ended

    def so_far(self) -> Heard | None:
        return Heard(self._start_ms, b"".join(self._frames), ended=False) if self._frames else None

    def finish(self) -> Heard | None:
        """End what is being spoken. Return it, or None in silence."""
        heard = self._end() if self._frames else None
        self._rest = b""
        self._lead.clear()
        self._recent.clear()
        return heard

    def _frame(self, frame: bytes, at_ms: int) -> Heard | None:
        has_voice = self._vad.probability(frame) >= (_STILL_SPEAKS if self._frames else _SPEAKS)
        self._recent.append(has_voice)
        if not self._frames:
            self._lead.append((at_ms, frame))
            if sum(self._recent) >= _BEGINS_WITH:
                self._begin()
            return None
        self._frames.append(frame)
        self._silent = 0 if has_voice else self._silent + 1
        return self._end() if self._is_over() else None

    def _begin(self) -> None:
        self._start_ms = self._lead[0][0]
        self._frames = [frame for _, frame in self._lead]
        self._silent = 0
        self._lead.clear()

    def _is_over(self) -> bool:
        enough = next((pause for up_to, pause in _PAUSES if self.spoken_ms <= up_to), 1)
        return self._silent >= enough or self.spoken_ms >= LONGEST_MS

    def _end(self) -> Heard:
        surplus = max(self._silent - _KEPT_SILENCE, 0)
        kept = self._frames[: len(self._frames) - surplus]
        self._frames = []
        self._recent.clear()
        return Heard(self._start_ms, b"".join(kept), ended=True)
