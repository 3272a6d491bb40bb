"""The transcript as a page: paragraphs, a page at a time, and what a search finds. Reads only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from captions import masking, selectors
from captions.files import paragraphs
from captions.languages import AUTOMATIC
from captions.models import Utterance
from captions.selectors import text_of
from spaces.models import Space
from spaces_project.common.errors import NotFound
from spaces_project.common.limits import spend
from spaces_project.common.text import clean_line

if TYPE_CHECKING:
    from accounts.models import User

LINES: Final = 600
"""On one page: more than half an hour of talk."""
FOUND: Final = 100
LONGEST_QUERY: Final = 100
MOST, WINDOW = 60, timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Line:
    """One utterance as it is read."""

    id: int
    name: str
    text: str
    language: str
    translation: str
    start_ms: int
    end_ms: int

    @property
    def clock(self) -> str:
        """`1:02:03`, or `2:03` in the first hour."""
        minutes, seconds = divmod(self.start_ms // 1000, 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


@dataclass(frozen=True, slots=True)
class Page:
    """`number` counts from 1; `query` is what was looked for, and then `paragraphs` are what was found."""

    space: Space
    paragraphs: list[list[Line]]
    number: int = 1
    pages: int = 1
    query: str = ""
    has_more: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """Which transcript, by whom. `asker` is for whom the limit counts where there is no account: an address."""

    public_id: str
    user: "User | None"
    asker: str

    def space(self) -> Space:
        """Raises what `readable_space` raises, and `too_many`."""
        space = selectors.readable_space(public_id=self.public_id, user=self.user)
        spend(what="transcript", user_id=self.user.pk if self.user else self.asker, limit=MOST, window=WINDOW)
        return space


def page(asked: Asked, *, number: int) -> Page:
    """Return one page. Errors: of `Asked.space`, `not_found`."""
    return _page(asked.space(), number)


def page_with(asked: Asked, *, line_id: int) -> Page:
    """Return the page that has this line. Errors: of `Asked.space`, `not_found`."""
    space = asked.space()
    said = selectors.transcript(space)
    line = said.filter(pk=line_id).first()
    if line is None:
        raise NotFound("not_found", "There is no such line.")
    before = said.filter(start_ms__lt=line.start_ms).count()
    same = said.filter(start_ms=line.start_ms, pk__lt=line.pk).count()
    return _page(space, (before + same) // LINES + 1)


def search(asked: Asked, *, query: str) -> Page:
    """Return the first hundred lines that have these words as readers see them: what is masked is not found. Errors: of
    `Asked.space`, `too_long`."""
    space = asked.space()
    wanted = clean_line(query, limit=LONGEST_QUERY)[:LONGEST_QUERY]
    if not wanted:
        return _page(space, 1)
    rows = selectors.transcript(space).filter(text__icontains=wanted)
    found = [line for line in _lines(rows[: 2 * FOUND]) if wanted.casefold() in line.text.casefold()]
    return Page(space, [[line] for line in found[:FOUND]], query=wanted, has_more=len(found) > FOUND)


def _page(space: Space, number: int) -> Page:
    said = selectors.transcript(space)
    pages = max(1, -(-said.count() // LINES))
    if not 1 <= number <= pages:
        raise NotFound("not_found", "The transcript has no such page.")
    rows = said[(number - 1) * LINES : number * LINES]
    return Page(space, list(paragraphs(_lines(rows))), number, pages)


def _lines(utterances: Iterable[Utterance]) -> list[Line]:
    mask = masking.current()
    return [
        Line(
            id=utterance.pk,
            name=utterance.speaker.name,
            text=text_of(utterance, mask.show(utterance)),
            language="" if utterance.language == AUTOMATIC else utterance.language,
            translation=mask.hide(utterance.translation),
            start_ms=utterance.start_ms,
            end_ms=utterance.end_ms or utterance.start_ms,
        )
        for utterance in utterances
    ]
