"""The captions of a Space of one hour, as rows: several people, three scripts, many who talk over each other."""

from collections.abc import Sequence
from itertools import count
from typing import Any, Final

HOUR_MS: Final = 3_600_000
EVERY_MS: Final = 3_000
SPOKEN_MS: Final = 4_200
"""Longer than the way to the next utterance: there are always two voices at once, never two of one person."""
SAID: Final = (
    ("en", "Good evening, and welcome to the hour in which we read letters from people who listen."),
    ("ar", "مساء الخير، أهلا بكم في هذا اللقاء."),
    ("he", "ערב טוב, היום נדבר על מזג האוויר (ועל Redis 7)."),
    ("en", "A --> line <i>with</i> marks & more"),
    ("ar", "قالت Ada: نبدأ غدا!"),
)
"""In this order, again and again."""


def hour(*, space_id: int, people: Sequence[int]) -> list[dict[str, Any]]:
    """Return the fields of 1,200 utterances. Each person begins while the last one still talks."""
    return [_row(space_id, people[number % len(people)], number, at) for number, at in zip(count(), _starts())]


def _starts() -> range:
    return range(0, HOUR_MS, EVERY_MS)


def _row(space_id: int, speaker_id: int, number: int, start_ms: int) -> dict[str, Any]:
    language, text = SAID[number % len(SAID)]
    return {
        "space_id": space_id,
        "speaker_id": speaker_id,
        "start_ms": start_ms,
        "end_ms": start_ms + SPOKEN_MS,
        "state": "final",
        "language": language,
        "text": text,
        "words": _words(text.split(), start_ms),
    }


def _words(said: Sequence[str], start_ms: int) -> list[list[str | int | float]]:
    each = SPOKEN_MS // len(said)
    return [[f" {word}", start_ms + n * each, start_ms + (n + 1) * each, 0.9] for n, word in enumerate(said)]
