"""The shapes of captions on the socket, as in `docs/protocol.md`, built in one place."""

from typing import TYPE_CHECKING

import msgspec

from captions.languages import AUTOMATIC

if TYPE_CHECKING:
    from captions.masking import Mask
    from captions.models import Utterance


class CaptionLine(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
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
    language: str = ""
    """The code of what is spoken, where it is known."""
    unsure: list[list[int]] = []
    """Doubtful words: from and to in `text`, in UTF-16 units."""
    translation: str = ""
    """In English, made by a machine."""


class Lines(msgspec.Struct, frozen=True, kw_only=True):
    """One page of lines, oldest first; `previous` is the marker of the page before it."""

    lines: list[CaptionLine]
    previous: str | None


class News(msgspec.Struct, frozen=True, kw_only=True):
    """The lines that became final or were changed since a marker; `live` is the next one."""

    lines: list[CaptionLine]
    live: str


class CaptionsInfo(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The state of captions. `consenting`: ids of those on the stage who are captioned; `consent`: the reader's own
    answer, if there is one."""

    language: str
    languages: list[str]
    consenting: list[str]
    translated: bool
    """Whether the host wants an English translation beside other languages."""
    browser: bool
    """Whether speakers' browsers are asked to recognise: `captions.source`."""
    consent: str | None = None
    engine: bool = True
    """False while this site has nothing that understands speech: no captions come, and the page says why."""


def line(utterance: "Utterance", *, final: bool, mask: "Mask") -> CaptionLine:
    """Return an utterance as a line. Reads `utterance.speaker`."""
    shown = mask.show(utterance)
    return CaptionLine(
        id=str(utterance.pk),
        user_id=str(utterance.speaker_id),
        name=utterance.speaker.name,
        start_ms=utterance.start_ms,
        end_ms=utterance.end_ms,
        text=shown.text,
        final=final,
        revision=utterance.revision,
        redacted=hasattr(utterance, "redaction"),
        language="" if utterance.language == AUTOMATIC else utterance.language,
        unsure=shown.unsure,
        translation=mask.hide(utterance.translation),
    )
