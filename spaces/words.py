"""The word list: what it finds in a text. Whole words and phrases, whatever their case or accents' form."""

import re
import unicodedata

from spaces.models import FlaggedWord
from spaces_project.common.text import clean_line

LONGEST = 4_000
"""How many characters of a text are looked at; no title and no caption is as long."""
_BETWEEN = re.compile(r"[\W_]+")


def normalised(text: str, *, limit: int) -> str:
    """Return the text as words are compared: NFKC, case folded, everything between words one space. Raise `too_long`
    for a text that is much longer than `limit`."""
    folded = unicodedata.normalize("NFKC", clean_line(text, limit=limit)).casefold()
    return _BETWEEN.sub(" ", folded).strip()


def found_in(text: str) -> list[str]:
    """Which words of the list occur. One query, and none for an empty text."""
    haystack = f" {normalised(text[:LONGEST], limit=LONGEST)} "
    if not haystack.strip():
        return []
    return [word for word in FlaggedWord.objects.values_list("text", flat=True) if f" {word} " in haystack]
