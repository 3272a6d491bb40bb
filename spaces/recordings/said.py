"""What was said in a Space, for chapters and files of captions. The app above that has captions registers itself."""

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from spaces.models import Recording
from spaces.selectors.timeline import Timeline
from spaces_project.common.errors import ProductError

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True, slots=True)
class Line:
    """A line on the Space's clock, as any reader may read it."""

    user_id: int
    starts_ms: int
    text: str


@dataclass(frozen=True, slots=True)
class Caption:
    """One caption on the clock that was asked for."""

    user_id: int
    name: str
    text: str
    starts_ms: int
    ends_ms: int


class Source(Protocol):
    """An app with captions."""

    def within(self, recording: Recording, *, user: "User | None", clock: Timeline) -> Iterable[Caption]:
        """Return the words that were said in a part of the recording, and no others. Raise `ProductError` if the reader
        may not read them. Lines that were taken away are not in it."""

    def written(self, recording: Recording, *, title: str, captions: Iterable[Caption]) -> str:
        """Return these captions as WebVTT."""

    def lines(self, recording: Recording) -> Iterable[Line]:
        """Return what was said, in order. What moderators took away is not in it."""

    def file(self, recording: Recording, *, user: "User | None", ending: str) -> str:
        """Return the captions of the replay, on its clock. Raise `ProductError` if the reader may not read them."""


_sources: list[Source] = []


def register(source: Source) -> None:
    """Name the app that has captions. It calls this when it is ready."""
    _sources[:] = [source]


def lines(recording: Recording) -> list[Line]:
    """Return what was said, in order."""
    return [line for source in _sources for line in source.lines(recording)]


def within(recording: Recording, *, user: "User | None", clock: Timeline) -> list[Caption]:
    """Return the words that were said in a part of the recording. Empty if the reader may not read them."""
    found: list[Caption] = []
    for source in _sources:
        with contextlib.suppress(ProductError):
            found += source.within(recording, user=user, clock=clock)
    return found


def webvtt(recording: Recording, *, title: str, captions: Iterable[Caption]) -> str:
    """Return captions as WebVTT. Empty text if this site has no captions."""
    return next((source.written(recording, title=title, captions=captions) for source in _sources), "")


def captions_file(recording: Recording, *, user: "User | None", ending: str) -> str | None:
    """Return the captions of the replay as a file. None if this site has no captions."""
    return next((source.file(recording, user=user, ending=ending) for source in _sources), None)
