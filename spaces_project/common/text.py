"""Text that people type: normalised once, before it is stored."""

import re
import unicodedata
from collections.abc import Iterator

# Format characters that belong inside words and emoji; every other one (bidi overrides, zero-width spaces) is dropped.
_JOINERS = "\u200c\u200d"
# Joiners beside nothing that could be joined, and all but the first of a row.
_IDLE_JOINERS = re.compile(f"(?:^|(?<= ))[{_JOINERS}]+|[{_JOINERS}]+(?= |$)|(?<=[{_JOINERS}])[{_JOINERS}]+")
# They count as letters and symbols and show nothing: the fillers of Hangul and the empty cell of Braille.
_BLANKS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
_MAX_MARKS = 3


def clean_line(text: str) -> str:
    """One line: NFC, no control, bidi or invisible characters, single spaces, at most three stacked marks.

    Unicode categories: Cc and Cf are dropped (but the two joiners, and only between visible characters), Zl/Zp/Zs
    become a space, Cs/Co/Cn are dropped. What is clean stays as it is.
    """
    kept = "".join(_visible(unicodedata.normalize("NFC", text)))
    line = " ".join(_IDLE_JOINERS.sub("", kept).split())
    return unicodedata.normalize("NFC", line)  # what stood between a letter and its mark may be gone by now


def _visible(text: str) -> Iterator[str]:
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        if category.startswith("Z") or character in "\t\r\n":
            marks = 0
            yield " "
        elif category in ("Mn", "Me"):
            marks += 1
            if marks <= _MAX_MARKS:
                yield character
        elif character in _JOINERS:
            yield character
        elif not category.startswith("C") and character not in _BLANKS:
            marks = 0
            yield character


def clean_text(text: str) -> str:
    """Several lines, each as `clean_line` has it; never more than one empty line in a row, none at either end."""
    lines = [clean_line(line) for line in text.splitlines()]
    kept = [line for number, line in enumerate(lines) if line or (number > 0 and lines[number - 1])]
    return "\n".join(kept).strip("\n")
