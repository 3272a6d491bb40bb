"""What readers see of a line: words of the list are masked, and doubtful ones are marked.

Nothing that is stored changes, so a moderator reads the original, and a word that leaves the list is there again.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from captions.models import MaskedWord, Utterance

MASK: Final = "•••"
UNSURE: Final = 0.4
"""A word that the engine believes in less is shown in a lighter ink."""

Words = Sequence[Sequence[str | int | float]]


@dataclass(frozen=True, slots=True)
class Shown:
    """A text as readers see it. `unsure`: from and to of doubtful words in `text`, in UTF-16 units, as browsers
    count."""

    text: str
    words: Words
    unsure: list[list[int]]


class Mask:
    """A list of words, compiled for the search. It matches whole words in any case."""

    def __init__(self, words: Iterable[str]) -> None:
        patterns = [r"[\W_]+".join(map(re.escape, word.split())) for word in words]
        joined = "|".join(sorted(filter(None, patterns), key=len, reverse=True))
        self._pattern = re.compile(rf"(?<!\w)(?:{joined})(?!\w)", re.IGNORECASE) if joined else None

    def hide(self, text: str) -> str:
        return self._pattern.sub(MASK, text) if self._pattern else text

    def text_of(self, utterance: Utterance) -> str:
        """Return the text that readers see of this line. Unlike `show` it does not need the words' times."""
        return utterance.text if utterance.is_unmasked else self.hide(utterance.text)

    def show(self, utterance: Utterance) -> Shown:
        """Return what readers see of this line."""
        hide = (lambda text: text) if utterance.is_unmasked else self.hide
        text = self.text_of(utterance)
        words = [[hide(str(word[0])), *word[1:]] for word in utterance.words]
        joined = "".join(str(word[0]) for word in words)
        unsure = _unsure(words, lead=len(joined) - len(joined.lstrip())) if joined.strip() == text else []
        return Shown(text, words, unsure)


def current() -> Mask:
    """Return the site's list. One query."""
    return Mask(MaskedWord.objects.values_list("text", flat=True))


def _unsure(words: Words, *, lead: int) -> list[list[int]]:
    found: list[list[int]] = []
    at = -lead
    for word in words:
        text = str(word[0])
        start, end = at + _units(text) - _units(text.lstrip()), at + _units(text)
        at = end
        if len(word) > 3 and float(word[3]) < UNSURE:
            found.append([max(start, 0), end])
    return found


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
