"""Turns and chapters: who talks from when to when, and which of these moments are worth a line in a list. Pure."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

LEAD_MS: Final = 1_000
"""A line may start this much before the turn in which it is said: turns are noticed by loudness, lines by words."""
BREATH_MS: Final = 1_500
"""A pause of the same speaker that does not end the turn."""
SHORTEST_CHAPTER_MS: Final = 20_000
MOST_CHAPTERS: Final = 30
_FIRST_WORDS: Final = 60
"""Characters of what is said first in a chapter. Podcast apps show about one line."""


@dataclass(frozen=True, slots=True)
class ReplayTurn:
    """A turn of a speaker on the replay's clock. `words` is what is said first, if captions know it."""

    user_id: int
    username: str
    name: str
    starts_ms: int
    ends_ms: int
    words: str = ""


@dataclass(frozen=True, slots=True)
class Chapter:
    """One line in the list of chapters. It lasts until the next chapter starts, and the last one until the end."""

    starts_ms: int
    ends_ms: int
    title: str


def with_words(talk: Iterable[ReplayTurn], said: Mapping[int, Sequence[tuple[int, str]]]) -> list[ReplayTurn]:
    """Return the turns with what is said first in each. `said` has the lines of each user, as `(start, text)` in order.
    A start is in milliseconds of the replay."""
    return [replace(turn, words=_first_words(turn, said.get(turn.user_id, ()))) for turn in talk]


def merged(talk: Iterable[ReplayTurn]) -> list[ReplayTurn]:
    """Return the turns in order. What one person says with short pauses is one turn, also if another person talks
    meanwhile."""
    turns: list[ReplayTurn] = []
    latest: dict[int, int] = {}
    for one in sorted(talk, key=lambda turn: (turn.starts_ms, turn.ends_ms)):
        at = latest.get(one.user_id)
        if at is not None and one.starts_ms - turns[at].ends_ms < BREATH_MS:
            turns[at] = _joined(turns[at], one)
        else:
            latest[one.user_id] = len(turns)
            turns.append(one)
    return turns


def next_turn(turns: Sequence[ReplayTurn], at_ms: int) -> ReplayTurn | None:
    """Return the next turn of a person who does not talk at this moment, or None if there is no such turn."""
    talking = {turn.user_id for turn in turns if turn.starts_ms <= at_ms < turn.ends_ms}
    return next((turn for turn in turns if turn.starts_ms > at_ms and turn.user_id not in talking), None)


def chapters(turns: Sequence[ReplayTurn], *, length_ms: int) -> list[Chapter]:
    """Return at most `MOST_CHAPTERS` chapters that cover the recording without a hole.

    A chapter begins with a change of speaker. Short turns join the chapter before them. If there are still too many
    chapters, the shortest ones are joined to those before them.
    """
    opening = _openings(turns, length_ms)
    while len(opening) > MOST_CHAPTERS:
        del opening[_shortest(opening, length_ms)]
    starts = [0, *(turn.starts_ms for turn in opening[1:])] if opening else []
    ends = [*starts[1:], length_ms]
    return [Chapter(start, end, _title(turn)) for turn, start, end in zip(opening, starts, ends, strict=False)]


def chapters_json(found: Iterable[Chapter]) -> str:
    """Return chapters as JSON in the format of Podcasting 2.0, version 1.2.0."""
    lines = [{"startTime": chapter.starts_ms / 1000, "title": chapter.title} for chapter in found]
    return json.dumps({"version": "1.2.0", "chapters": lines}, ensure_ascii=False)


def _first_words(turn: ReplayTurn, lines: Sequence[tuple[int, str]]) -> str:
    return next((text for at, text in lines if turn.starts_ms - LEAD_MS <= at < turn.ends_ms), "")


def _joined(turn: ReplayTurn, more: ReplayTurn) -> ReplayTurn:
    words = f"{turn.words} {more.words}".strip()[: 2 * _FIRST_WORDS]
    return replace(turn, ends_ms=max(turn.ends_ms, more.ends_ms), words=words)


def _openings(turns: Sequence[ReplayTurn], length_ms: int) -> list[ReplayTurn]:
    """Return the turns that open a chapter: long ones of a person who did not open the chapter before."""
    opening: list[ReplayTurn] = []
    for turn in turns:
        if turn.starts_ms >= length_ms:
            continue
        is_long = turn.ends_ms - turn.starts_ms >= SHORTEST_CHAPTER_MS
        if not opening or (is_long and turn.user_id != opening[-1].user_id and _is_apart(opening, turn)):
            opening.append(turn)
    return opening


def _is_apart(opening: list[ReplayTurn], turn: ReplayTurn) -> bool:
    return turn.starts_ms - opening[-1].starts_ms >= SHORTEST_CHAPTER_MS


def _shortest(opening: list[ReplayTurn], length_ms: int) -> int:
    """Return the place of the shortest chapter. The first one stays, because a list of chapters starts at 0."""
    ends = [*(turn.starts_ms for turn in opening[1:]), length_ms]
    return min(range(1, len(opening)), key=lambda at: ends[at] - opening[at].starts_ms)


def _title(turn: ReplayTurn) -> str:
    words = " ".join(turn.words.split())
    if len(words) > _FIRST_WORDS:
        words = words[:_FIRST_WORDS].rsplit(" ", 1)[0] + "…"
    return f"{turn.name}: {words}" if words else turn.name
