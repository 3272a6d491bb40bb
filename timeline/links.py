"""The links in a text: web addresses, mentioned users, hashtags, and Spaces and clips of this site."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from urllib.parse import urlsplit

from django.conf import settings

from spaces.models.tokens import PUBLIC_ID_LENGTH

# Brackets in pairs belong to an address, a single closing one does not. The alternatives begin with different
# characters and never backtrack, so a crafted text costs no more than a plain one.
LINK = re.compile(
    r"\bhttps?://(?:[^\s<>\"()\u2066-\u2069]|\([^\s<>\"()\u2066-\u2069]*\))+(?<![.,:;!?'\"\]}…])", re.IGNORECASE
)
_MENTION = re.compile(r"(?<![A-Za-z0-9_@\uff20/])[@\uff20]([A-Za-z0-9_]{1,15})(?![A-Za-z0-9_@])")
_TAG = re.compile(r"(?<![\w#\uff03/&])[#\uff03](?=[\d_]*[^\W\d_])(\w{1,50})(?!\w)")
_SPACE_PATH = re.compile(rf"/i/spaces/([0-9A-Za-z]{{{PUBLIC_ID_LENGTH}}})/?\Z")
_CLIP_PATH = re.compile(rf"/i/clips/([0-9A-Za-z]{{{PUBLIC_ID_LENGTH}}})/?\Z")
_BARE_SPACE = re.compile(rf"(?<![^\s])/i/spaces/([0-9A-Za-z]{{{PUBLIC_ID_LENGTH}}})(?![0-9A-Za-z/])")
_POST_PATH = re.compile(r"/[A-Za-z0-9_]{1,15}/status/([0-9]{1,18})/?\Z")
_TOKEN = re.compile(
    f"(?P<link>{LINK.pattern})|(?P<space>{_BARE_SPACE.pattern})|(?P<mention>{_MENTION.pattern})|(?P<tag>{_TAG.pattern})",
    re.I,
)
_SHOWN_LENGTH = 36
LONGEST_ADDRESS = 500
"""In characters. `urlsplit` normalises the host name however long it is, so longer addresses are not parsed."""


class Kind(Enum):
    TEXT = "text"
    LINK = "link"
    SPACE = "space"
    CLIP = "clip"
    MENTION = "mention"
    TAG = "tag"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text, as written. `target` is an address, the public id of a Space or a clip, a username, or a
    hashtag without its `#`."""

    kind: Kind
    text: str
    target: str = ""

    @property
    def shown(self) -> str:
        """Return the text to show: an address loses its scheme and is cut if it is long."""
        if self.kind not in (Kind.LINK, Kind.SPACE, Kind.CLIP):
            return self.text
        bare = re.sub(r"\Ahttps?://(www\.)?", "", self.text, flags=re.IGNORECASE)
        return bare if len(bare) <= _SHOWN_LENGTH else f"{bare[:_SHOWN_LENGTH]}…"


def pieces(text: str) -> Iterator[Piece]:
    """Cut a text into links and the text between them. Joined again, the pieces are the same text."""
    end = 0
    for found in _TOKEN.finditer(text):
        if found.start() > end:
            yield Piece(Kind.TEXT, text[end : found.start()])
        yield _piece(found)
        end = found.end()
    if end < len(text):
        yield Piece(Kind.TEXT, text[end:])


def first_space_id(text: str) -> str | None:
    """Return the public id in the first link to a Space of this site, or None.

    Whether that Space exists is not checked.
    """
    return next((piece.target for piece in pieces(text) if piece.kind is Kind.SPACE), None)


def first_clip_id(text: str) -> str | None:
    """Return the public id in the first link to a clip of this site, or None.

    Whether that clip exists is not checked.
    """
    return next((piece.target for piece in pieces(text) if piece.kind is Kind.CLIP), None)


def mentioned_usernames(text: str) -> list[str]:
    """Return the mentioned usernames as written, each once, in the order of the text.

    Whether they exist is not checked.
    """
    return list(dict.fromkeys(piece.target for piece in pieces(text) if piece.kind is Kind.MENTION))


def tags_in(text: str) -> list[str]:
    """Return the keys of the hashtags in the text, each once, in its order."""
    return list(dict.fromkeys(tag_key(piece.target) for piece in pieces(text) if piece.kind is Kind.TAG))


def tag_key(tag: str) -> str:
    """Return the form in which hashtags are compared: without the difference between capitals and small letters."""
    return unicodedata.normalize("NFKC", tag).casefold()


def space_address(public_id: str) -> str:
    """Return the address of a Space's page on this site."""
    return f"{settings.PUBLIC_ORIGIN}/i/spaces/{public_id}"


def clip_address(public_id: str) -> str:
    """Return the address of a clip's page on this site."""
    return f"{settings.PUBLIC_ORIGIN}/i/clips/{public_id}"


def post_id_of(address: str) -> int | None:
    """Return the id in the address of a post on this site, with or without its origin.

    Return None for any other text and for one longer than `LONGEST_ADDRESS`.
    """
    if len(address) > LONGEST_ADDRESS:
        return None
    found = _POST_PATH.match(address if address.startswith("/") else _path_of_ours(address))
    return int(found[1]) if found else None


def _piece(found: re.Match[str]) -> Piece:
    written = found.group()
    if found["mention"]:
        return Piece(Kind.MENTION, written, written[1:])
    if found["tag"]:
        return Piece(Kind.TAG, written, written[1:])
    if found["space"]:
        return Piece(Kind.SPACE, written, written.removeprefix("/i/spaces/"))
    path = _path_of_ours(written)
    if space := _SPACE_PATH.match(path):
        return Piece(Kind.SPACE, written, space[1])
    clip = _CLIP_PATH.match(path)
    return Piece(Kind.CLIP, written, clip[1]) if clip else Piece(Kind.LINK, written, written)


def _path_of_ours(address: str) -> str:
    """Return the path of an address on this site, or "" for an address of another site."""
    try:
        parts = urlsplit(address)
    except ValueError:  # looks like an IPv6 address but is not one
        return ""
    is_ours = f"{parts.scheme}://{parts.netloc}".lower() in settings.TRUSTED_ORIGINS
    return parts.path if is_ours else ""
