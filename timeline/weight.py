"""The length of a post as X counts it: configuration version 3 of twitter-text.

Characters of Latin and related scripts weigh one and all others (CJK too) two. An emoji weighs two and a link 23,
whatever their length. composer.js counts the same while the user types; this count decides.

The port `twitter-text-parser` is not used: it needs `pkg_resources`, which setuptools dropped, takes seconds to import,
knows the emoji of 2019, and its patterns for links take minutes on a crafted text.
"""

import re

from timeline.links import LINK

MAX_WEIGHT = 280
LINK_WEIGHT = 23
EMOJI_WEIGHT = 2
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))

_PICTURE = (
    "[\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff"
    "\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
_PERSON_OR_THING = f"{_PICTURE}(?:\ufe0f|[\U0001f3fb-\U0001f3ff])?"
_EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}"  # a flag is two letters
    "|[0-9#*]\ufe0f?\u20e3"
    "|[\u00a9\u00ae]\ufe0f"
    f"|{_PERSON_OR_THING}(?:\u200d{_PERSON_OR_THING})*"
)


def weighted_length(text: str) -> int:
    """Return the length of a cleaned text (NFC) in weighted characters. At most `MAX_WEIGHT` may be posted."""
    without_links, links = LINK.subn("", text)
    rest, emoji = _EMOJI.subn("", without_links)
    return links * LINK_WEIGHT + emoji * EMOJI_WEIGHT + sum(map(_weight, rest))


def _weight(character: str) -> int:
    return 1 if any(first <= ord(character) <= last for first, last in _LIGHT) else 2
