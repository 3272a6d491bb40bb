"""The shapes that `/api/v1` takes and gives for captions. Lines have the shape they have on the socket."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from captions.comments import CommentLine
from captions.models import COMMENT_LENGTH
from captions.states import ConsentState
from captions.wire import CaptionLine, CaptionsInfo
from spaces_project.common.api.kinds import SpaceId, Whole

Marker = Annotated[str, Meta(pattern="^[0-9]{1,18}-[0-9]{1,18}$", examples=["83500-1207"])]

CommentMarker = Annotated[str, Meta(pattern="^[0-9]{1,18}$", examples=["1207"])]


class SpacePath(msgspec.Struct, frozen=True):
    id: SpaceId


class FilePath(msgspec.Struct, frozen=True):
    id: SpaceId
    format: Literal["vtt", "srt", "txt"]


class CaptionsQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where a page of captions starts: `before` is an earlier `previous`, `since` an earlier `live`. Give one or
    neither."""

    before: Marker | UnsetType = UNSET
    since: Marker | UnsetType = UNSET


class CaptionPage(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A page of captions. `previous` leads to earlier lines; with `since`, `live` leads to what is new. `captions`
    describes all of them."""

    data: list[CaptionLine]
    live: Marker
    previous: Marker | None = None
    captions: CaptionsInfo


class CommentPath(msgspec.Struct, frozen=True):
    id: SpaceId
    comment_id: Annotated[str, Meta(pattern="^[0-9]{1,18}$")]


class CommentsQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    before: CommentMarker | UnsetType = UNSET


class CommentPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of comments, oldest first. `previous` leads to earlier ones."""

    data: list[CommentLine]
    previous: CommentMarker | None


class NewComment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    text: Annotated[Whole, Meta(min_length=1, max_length=4 * COMMENT_LENGTH)]


class CommentsSwitch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    allowed: bool


class NewConsent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    given: bool


class ConsentAnswer(msgspec.Struct, frozen=True):
    consent: ConsentState


class NewLanguage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    language: Annotated[str, Meta(min_length=1, max_length=12, examples=["en"])]
