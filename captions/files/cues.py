"""Cuts utterances into cues. An utterance may be long; a cue is as much of it as the eye takes in at once. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

LONGEST = 84
"""Characters: two lines of 42, as subtitles have them."""
SHORTEST_MS = 1_000
"""On screen: less cannot be read, and a cue that ends at its start is none."""

Timed = tuple[str, int, int]
"""`(word, start_ms, end_ms)`; a word begins with the space before it."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One cue. Times are milliseconds on the Space's clock; `text` is one line and not empty."""

    start_ms: int
    end_ms: int
    name: str
    text: str


def cues_of(
    *,
    name: str,
    text: str,
    start_ms: int,
    end_ms: int,
    words: Sequence[Sequence[str | int | float]],
    within: tuple[int, int] | None = None,
) -> list[Cue]:
    """Return one person's utterance as cues in reading order; none if nothing was said.

    Args:
        words: `[word, start_ms, end_ms, …]` each. If they are not those of `text`, times are spread over it evenly.
        within: keep only the words that begin between these times.
    """
    timed = _timed(text, words) or _spread(text.split(), start_ms, max(end_ms, start_ms))
    if within is not None:
        timed = [word for word in timed if within[0] <= word[1] < within[1]]
    return [_cue(name, part) for part in _parts(timed)]


def in_order(cues: Iterable[Cue]) -> list[Cue]:
    """Sort cues of several voices by their start, as WebVTT wants them: people talk at the same time."""
    return sorted(cues, key=lambda cue: (cue.start_ms, cue.end_ms))


def _timed(text: str, words: Sequence[Sequence[str | int | float]]) -> list[Timed]:
    """Return the words with their times. Words carry their own spaces; rows from before November 2026 have none, so one
    is added between each two."""
    timed = [(str(word[0]), int(word[1]), int(word[2])) for word in words]
    if "".join(word for word, _, _ in timed).strip() == text:
        return timed
    return _spaced(timed) if " ".join(word for word, _, _ in timed) == text else []


def _spaced(timed: list[Timed]) -> list[Timed]:
    return [(f" {word}", start, end) for word, start, end in timed]


def _spread(tokens: list[str], start_ms: int, end_ms: int) -> list[Timed]:
    """Return the words of `text`, each with the share of the time that it has of the characters."""
    letters = sum(map(len, tokens))
    spread: list[Timed] = []
    said = 0
    for token in tokens:
        begins, said = said, said + len(token)
        at, until = (start_ms + (end_ms - start_ms) * part // letters for part in (begins, said))
        spread.append((f" {token}", at, until))
    return spread


def _parts(timed: list[Timed]) -> Iterator[list[Timed]]:
    part: list[Timed] = []
    length = 0
    for word in timed:
        if part and length + len(word[0]) > LONGEST + part[0][0].startswith(" "):
            yield part
            part, length = [], 0
        length += len(word[0])
        part.append(word)
    if part:
        yield part


def _cue(name: str, part: list[Timed]) -> Cue:
    start_ms = part[0][1]
    end_ms = max(start_ms + SHORTEST_MS, *(end for _, _, end in part))
    return Cue(start_ms, end_ms, name, "".join(word for word, _, _ in part).strip())
