"""Text that users type. It is normalised once, before it is stored."""

import re
import unicodedata
from collections.abc import Iterator

from django.utils.translation import gettext as _

from spaces_project.common.errors import BadInput

RAW_PER_CHARACTER = 4
"""How many times its limit a text may have before cleaning: room for marks, joiners and decomposed letters."""
# Format characters that belong inside words and emoji. All others (bidi overrides, zero-width spaces) are dropped.
_JOINERS = "\u200c\u200d"
# Joiners that have nothing to join, and all but the first in a row.
_IDLE_JOINERS = re.compile(f"(?:^|(?<= ))[{_JOINERS}]+|[{_JOINERS}]+(?= |$)|(?<=[{_JOINERS}])[{_JOINERS}]+")
# Characters that count as letters or symbols but show nothing: the fillers of Hangul and the empty cell of Braille.
_BLANKS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
_MAX_MARKS = 3
_MAX_RUN = 30
"""Most combining characters in a row that reach `normalize`, as in Unicode's Stream-Safe Text Format (UAX #15)."""


def fits(text: str, *, limit: int) -> bool:
    """Return whether `text` is short enough to be cleaned. Only its length is read."""
    return len(text) <= RAW_PER_CHARACTER * limit


def require_fitting(text: str, *, limit: int) -> None:
    """Raise `BadInput` `too_long` (details: `max`) for a text so long that cleaning cannot bring it down to `limit`."""
    if not fits(text, limit=limit):
        raise BadInput("too_long", _("Use at most {limit} characters.").format(limit=limit), max=limit)


def clean_line(text: str, *, limit: int) -> str:
    """Return one clean line: NFC, no control, bidi or invisible characters, single spaces, at most three stacked marks.

    Raises `BadInput` `too_long` before any other work, because the rest costs per character. The result may still be
    longer than `limit`; each caller refuses that with its own message.

    By Unicode category: Cc and Cf are dropped (except the two joiners, and those only between visible characters),
    Zl/Zp/Zs become a space, Cs/Co/Cn are dropped. Clean text stays unchanged.
    """
    require_fitting(text, limit=limit)
    return _clean(text)


def clean_text(text: str, *, limit: int) -> str:
    """Return several clean lines, with at most one empty line in a row and none at either end.

    Raises `BadInput` `too_long` like `clean_line`.
    """
    require_fitting(text, limit=limit)
    lines = [_clean(line) for line in text.splitlines()]
    kept = [line for number, line in enumerate(lines) if line or (number > 0 and lines[number - 1])]
    return "\n".join(kept).strip("\n")


def _clean(text: str) -> str:
    kept = "".join(_visible(_composed(text)))
    line = " ".join(_IDLE_JOINERS.sub("", kept).split())
    return _composed(line)  # characters between a letter and its mark may have been dropped


def _composed(text: str) -> str:
    """Return the text in NFC, without the tails of very long runs of combining characters.

    `normalize` sorts such a run in quadratic time.
    """
    return text if text.isascii() else unicodedata.normalize("NFC", "".join(_stream_safe(text)))


def _stream_safe(text: str) -> Iterator[str]:
    run = 0
    for character in text:
        run = run + 1 if unicodedata.combining(character) else 0
        if run <= _MAX_RUN:
            yield character


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
