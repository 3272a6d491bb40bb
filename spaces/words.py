"""The word list: what it finds in a text. Whole words and phrases, whatever their case or accents' form."""

import re
import unicodedata

from spaces.models import FlaggedWord
from spaces_project.common.text import clean_line

_BETWEEN = re.compile(r"[\W_]+")


def normalised(text: str) -> str:
    """As words are compared: NFKC, case folded, everything between words one space."""
    folded = unicodedata.normalize("NFKC", clean_line(text)).casefold()
    return _BETWEEN.sub(" ", folded).strip()


def found_in(text: str) -> list[str]:
    """Which words of the list occur. One query, and none for an empty text."""
    haystack = f" {normalised(text)} "
    if not haystack.strip():
        return []
    return [word for word in FlaggedWord.objects.values_list("text", flat=True) if f" {word} " in haystack]
