"""Finding words of the word list in a text. Whole words and phrases are found, in any case and any Unicode form."""

import re
import unicodedata

from spaces.models import FlaggedWord
from spaces_project.common.text import clean_line

LONGEST = 4_000
"""How many characters of a text are looked at. No title and no caption is as long."""
_BETWEEN = re.compile(r"[\W_]+")


def normalised(text: str, *, limit: int) -> str:
    """Return the text in the form in which words are compared: NFKC, case folded, one space for everything between
    words. Raise `too_long` for a text that is much longer than `limit`."""
    folded = unicodedata.normalize("NFKC", clean_line(text, limit=limit)).casefold()
    return _BETWEEN.sub(" ", folded).strip()


def found_in(text: str) -> list[str]:
    """Return the words of the list that occur in `text`. It takes one query, and none for an empty text."""
    haystack = f" {normalised(text[:LONGEST], limit=LONGEST)} "
    if not haystack.strip():
        return []
    return [word for word in FlaggedWord.objects.values_list("text", flat=True) if f" {word} " in haystack]
