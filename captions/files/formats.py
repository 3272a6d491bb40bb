"""The three kinds of file. Pure: cues in, text out.

https://www.w3.org/TR/webvtt1/ says what a voice (`<v Name>`) and its escapes are; SubRip has no standard.
"""

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy

from captions.files.cues import Cue, in_order
from captions.files.paragraphs import paragraphs

NOTICE = gettext_lazy("Automatic captions, may be wrong.")
"""In the language of the reader who fetches the file, or of the page that shows it."""
_NOTICE_MS = 3_000
_MARKUP = str.maketrans({"<": "‹", ">": "›", "{": "(", "}": ")", "\\": "⧵"})  # noqa: RUF001 - alike on purpose

_ISOLATE, _END_OF_ISOLATE = "\u2068", "\u2069"


@dataclass(frozen=True, slots=True)
class Heading:
    """The Space that the file is about."""

    title: str
    day: date | None

    def __str__(self) -> str:
        return f"{self.title}, {self.day.isoformat()}" if self.day else self.title


@dataclass(frozen=True, slots=True)
class Format:
    content_type: str
    write: Callable[[Heading, Iterable[Cue]], str]
    name: str


def webvtt(heading: Heading, cues: Iterable[Cue]) -> str:
    notes = f"NOTE {_vtt_text(str(heading))}\n{NOTICE}"
    blocks = ["WEBVTT", notes, *map(_vtt_cue, in_order(cues))]
    return "\n\n".join(blocks) + "\n"


def subrip(heading: Heading, cues: Iterable[Cue]) -> str:
    """Return the file as SubRip. The format has no comments, so the notice is a cue."""
    notice = f"{_srt_times(0, _NOTICE_MS)}\n{NOTICE}"
    texts = [notice, *(f"{_srt_times(cue.start_ms, cue.end_ms)}\n{_srt_line(cue)}" for cue in in_order(cues))]
    return "\n".join(f"{number}\n{text}\n" for number, text in enumerate(texts, start=1))


def plain(heading: Heading, cues: Iterable[Cue]) -> str:
    return "\n".join([_one_line(str(heading)), str(NOTICE), "", *map(_paragraph, paragraphs(in_order(cues)))]) + "\n"


FORMATS = {
    "vtt": Format("text/vtt; charset=utf-8", webvtt, "WebVTT"),
    "srt": Format("application/x-subrip; charset=utf-8", subrip, "SubRip"),
    "txt": Format("text/plain; charset=utf-8", plain, "Text"),
}
"""By the ending of the file's name."""


def _vtt_cue(cue: Cue) -> str:
    times = f"{_clock(cue.start_ms, '.')} --> {_clock(cue.end_ms, '.')}"
    return f"{times}\n<v {_vtt_text(cue.name) or '?'}>{_vtt_text(cue.text)}</v>"


def _vtt_text(text: str) -> str:
    """Replace `<`, `>` and `&`, so that a text can contain neither markup nor the arrow of a timing line."""
    return _one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _srt_times(start_ms: int, end_ms: int) -> str:
    return f"{_clock(start_ms, ',')} --> {_clock(end_ms, ',')}"


def _paragraph(said: list[Cue]) -> str:
    words = _isolated(" ".join(_one_line(cue.text) for cue in said))
    return f"{_clock(said[0].start_ms, '.')[:8]} {_isolated(_one_line(said[0].name))}: {words}"


def _srt_line(cue: Cue) -> str:
    """SubRip has no escapes. What players read as tags, `{\\an8}`, `\\N` or an arrow gets letters that look alike."""
    return f"{_isolated(_one_line(cue.name)) or '?'}: {_isolated(_one_line(cue.text))}".translate(_MARKUP)


def _isolated(text: str) -> str:
    """Put text from right to left into a frame of its own. Else the name before it would decide on which side its full
    stop stands. WebVTT needs no such frame: a cue is one, and its name is no part of it."""
    is_right_to_left = any(unicodedata.bidirectional(character) in ("R", "AL") for character in text)
    return f"{_ISOLATE}{text}{_END_OF_ISOLATE}" if is_right_to_left else text


def _one_line(text: str) -> str:
    """Return the text on one line. `split` knows every character that any reader takes for the end of a line."""
    return " ".join(text.replace("\0", " ").split())


def _clock(milliseconds: int, point: str) -> str:
    """Return a time as `01:02:03.456`; hours may have more digits."""
    seconds, thousandths = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{point}{thousandths:03}"
