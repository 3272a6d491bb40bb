"""The transcript as a page: paragraphs, a page at a time, and what a search finds. Reads only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.utils.translation import gettext as _

from captions import masking, selectors
from captions.asked import Asked
from captions.files import paragraphs
from captions.languages import AUTOMATIC
from captions.models import Utterance
from captions.selectors import text_of
from spaces.models import Space
from spaces_project.common.clock import clock_text
from spaces_project.common.errors import NotFound
from spaces_project.common.limits import spend
from spaces_project.common.text import clean_line

LINES: Final = 400
"""On one page: twenty minutes of lively talk. A page of 600 takes Django half as long again."""
FOUND: Final = 100
LONGEST_QUERY: Final = 100
MOST, WINDOW = 60, timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class TranscriptLine:
    """One utterance as readers see it."""

    id: int
    name: str
    text: str
    language: str
    translation: str
    start_ms: int
    end_ms: int

    @property
    def clock(self) -> str:
        """Return when the line was said, as `2:03`."""
        return clock_text(self.start_ms)


@dataclass(frozen=True, slots=True)
class Page:
    """One page. `number` counts from 1. With a `query`, `paragraphs` are the hits."""

    space: Space
    paragraphs: list[list[TranscriptLine]]
    number: int = 1
    pages: int = 1
    query: str = ""
    has_more: bool = False


def page(asked: Asked, *, number: int) -> Page:
    """Return one page. Errors: of `readable_space`, `too_many`, `not_found`."""
    return _page(_space(asked), number)


def page_with(asked: Asked, *, line_id: int) -> Page:
    """Return the page that has this line. Errors: of `readable_space`, `too_many`, `not_found`."""
    space = _space(asked)
    said = selectors.transcript_texts(space)
    line = said.filter(pk=line_id).first()
    if line is None:
        raise NotFound("not_found", _("There is no such line."))
    before = said.filter(start_ms__lt=line.start_ms).count()
    same = said.filter(start_ms=line.start_ms, pk__lt=line.pk).count()
    return _page(space, (before + same) // LINES + 1)


def search(asked: Asked, *, query: str) -> Page:
    """Return the first hundred lines that have these words as readers see them: what is masked is not found. Errors: of
    `readable_space`, `too_many`, `too_long`."""
    space = _space(asked)
    wanted = clean_line(query, limit=LONGEST_QUERY)[:LONGEST_QUERY]
    if not wanted:
        return _page(space, 1)
    rows = selectors.transcript_texts(space).filter(text__icontains=wanted)
    found = [line for line in _lines(rows[: 2 * FOUND]) if wanted.casefold() in line.text.casefold()]
    return Page(space, [[line] for line in found[:FOUND]], query=wanted, has_more=len(found) > FOUND)


def _space(asked: Asked) -> Space:
    """Return the Space. Raises what `readable_space` raises, and `too_many`."""
    space = selectors.readable_space(public_id=asked.public_id, user=asked.user)
    spend(what="transcript", user_id=asked.limited_by, limit=MOST, window=WINDOW)
    return space


def _page(space: Space, number: int) -> Page:
    said = selectors.transcript_texts(space)
    pages = max(1, -(-said.count() // LINES))
    if not 1 <= number <= pages:
        raise NotFound("not_found", _("The transcript has no such page."))
    rows = said[(number - 1) * LINES : number * LINES]
    return Page(space, list(paragraphs(_lines(rows))), number, pages)


def _lines(utterances: Iterable[Utterance]) -> list[TranscriptLine]:
    mask = masking.current()
    return [
        TranscriptLine(
            id=utterance.pk,
            name=utterance.speaker.name,
            text=text_of(utterance, mask),
            language="" if utterance.language == AUTOMATIC else utterance.language,
            translation=mask.hide(utterance.translation),
            start_ms=utterance.start_ms,
            end_ms=utterance.end_ms or utterance.start_ms,
        )
        for utterance in utterances
    ]
