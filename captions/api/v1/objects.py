"""What `/api/v1` takes and gives about captions. Lines have the shape they have on the socket."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from captions.states import ConsentState
from captions.wire import CaptionsInfo, Line
from spaces_project.common.api.kinds import SpaceId

Marker = Annotated[str, Meta(pattern="^[0-9]{1,18}-[0-9]{1,18}$", examples=["83500-1207"])]


class SpacePath(msgspec.Struct, frozen=True):
    id: SpaceId


class FilePath(msgspec.Struct, frozen=True):
    id: SpaceId
    format: Literal["vtt", "srt", "txt"]


class CaptionsQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`before`: what `previous` was; `since`: what `live` was. One of them, or neither."""

    before: Marker | UnsetType = UNSET
    since: Marker | UnsetType = UNSET


class CaptionPage(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """`previous` leads to earlier lines; with `since`, `live` leads to what is new. `captions`: what holds for all."""

    data: list[Line]
    live: Marker
    previous: Marker | None = None
    captions: CaptionsInfo


class NewConsent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    given: bool


class ConsentAnswer(msgspec.Struct, frozen=True):
    consent: ConsentState


class NewLanguage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    language: Annotated[str, Meta(min_length=1, max_length=12, examples=["en"])]
