"""The result of an engine."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """One word. Times are milliseconds from the beginning of the sound; `confidence` is from 0 to 1.

    `text` carries the space before it, if there is one: "-disposed" has none, nor has Chinese.
    """

    text: str
    start_ms: int
    end_ms: int
    confidence: float

    def on_clock(self, offset_ms: int) -> list[str | int | float]:
        """Return `[text, start_ms, end_ms, confidence]` for sound that begins at `offset_ms`."""
        return [self.text, self.start_ms + offset_ms, self.end_ms + offset_ms, round(self.confidence, 3)]


@dataclass(frozen=True, slots=True)
class Understood:
    """One utterance as an engine understood it; `language` is the one it was heard in."""

    words: Sequence[Word]
    language: str
    is_sure: bool = True
    """False where the language was found out, and might be another."""
    translation: str = ""
    """In English, where it was asked for and something else is spoken."""

    @property
    def text(self) -> str:
        return joined(self.words)


@dataclass(frozen=True, slots=True)
class Draft:
    """An utterance that goes on, as an engine understands it so far."""

    text: str
    likely: str = ""
    """The beginning of `text` that is good enough to be shown at once."""


def joined(words: Iterable[Word]) -> str:
    return "".join(word.text for word in words).strip()
