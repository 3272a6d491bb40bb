"""What captions look like on the socket: the shapes of `docs/protocol.md`, built in one place."""

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from captions.models import Utterance


class Line(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One caption. `end_ms` is absent while the person speaks; a final one without text is to be taken away."""

    id: str
    user_id: str
    name: str
    start_ms: int
    end_ms: int | None = None
    text: str
    final: bool
    revision: int
    redacted: bool = False


class Lines(msgspec.Struct, frozen=True, kw_only=True):
    """One page of what was said, oldest first; `previous` is the marker of the page before it."""

    lines: list[Line]
    previous: str | None


class News(msgspec.Struct, frozen=True, kw_only=True):
    """What became final or was changed since a marker; `live` is the next one."""

    lines: list[Line]
    live: str


class CaptionsInfo(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """`consenting`: ids of those on the stage who are captioned; `consent`: what the reader answered, if they did."""

    language: str
    languages: list[str]
    consenting: list[str]
    browser: bool
    """Whether speakers' browsers are asked to recognise: `captions.source`."""
    consent: str | None = None
    engine: bool = True
    """False while this site has nothing that understands speech: no captions come, and the page says why."""


def line(utterance: "Utterance", *, final: bool) -> Line:
    """`utterance.speaker` is read."""
    return Line(
        id=str(utterance.pk),
        user_id=str(utterance.speaker_id),
        name=utterance.speaker.name,
        start_ms=utterance.start_ms,
        end_ms=utterance.end_ms,
        text=utterance.text,
        final=final,
        revision=utterance.revision,
        redacted=hasattr(utterance, "redaction"),
    )
