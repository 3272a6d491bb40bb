"""Cuts a transcript into paragraphs: a new one for another speaker, after a pause, and once a minute. Pure."""

from collections.abc import Iterable, Iterator
from typing import Final, Protocol, TypeVar

PAUSE_MS: Final = 4_000
"""Longer than a speaker takes for breath: a new thought."""
LONGEST_MS: Final = 60_000


class Said(Protocol):
    """One person's words, with their start and end."""

    @property
    def name(self) -> str: ...
    @property
    def start_ms(self) -> int: ...
    @property
    def end_ms(self) -> int: ...


S = TypeVar("S", bound=Said)


def paragraphs(said: Iterable[S]) -> Iterator[list[S]]:
    """Return the utterances, which are in order of their starts, as paragraphs. None is empty."""
    part: list[S] = []
    for one in said:
        if part and _begins(one, part):
            yield part
            part = []
        part.append(one)
    if part:
        yield part


def _begins(one: Said, part: list[S]) -> bool:
    is_other = one.name != part[0].name
    return is_other or one.start_ms - part[-1].end_ms >= PAUSE_MS or one.start_ms - part[0].start_ms >= LONGEST_MS
