"""Declare the objects and parameters of X's API about Spaces. A field that was not asked for is `UNSET` and not
written."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType, field

from accounts.api.v2.objects import PageMeta, UserFields, UserQuery, XUser
from spaces_project.common.api.kinds import Moment, PageToken, SpaceId, UserId, Whole
from spaces_project.common.api.problems import PartialError

SpaceField = Literal[
    "created_at", "creator_id", "ended_at", "host_ids", "id", "invited_user_ids", "is_ticketed", "lang",
    "participant_count", "scheduled_start", "speaker_ids", "started_at", "state", "subscriber_count", "title",
    "topic_ids", "updated_at",
]  # fmt: skip
SpaceExpansion = Literal["creator_id", "host_ids", "invited_user_ids", "speaker_ids", "topic_ids", "topics_ids"]
TopicField = Literal["description", "id", "name"]
State = Literal["live", "scheduled", "ended", "canceled"]


class XSpace(msgspec.Struct, frozen=True, kw_only=True):
    """A Space. `id` and `state` are always present. Any other field is present if it was asked for and has a value."""

    id: SpaceId
    state: State
    created_at: Moment | UnsetType = UNSET
    creator_id: UserId | UnsetType = UNSET
    ended_at: Moment | UnsetType = UNSET
    host_ids: list[UserId] | UnsetType = UNSET
    invited_user_ids: list[UserId] | UnsetType = UNSET
    is_ticketed: bool | UnsetType = UNSET
    lang: str | UnsetType = UNSET
    participant_count: int | UnsetType = UNSET
    scheduled_start: Moment | UnsetType = UNSET
    speaker_ids: list[UserId] | UnsetType = UNSET
    started_at: Moment | UnsetType = UNSET
    subscriber_count: int | UnsetType = UNSET
    title: str | UnsetType = UNSET
    topic_ids: list[str] | UnsetType = UNSET
    updated_at: Moment | UnsetType = UNSET


class XTopic(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET


class SpaceIncludes(msgspec.Struct, frozen=True, kw_only=True):
    """The objects that the expansions name, each once."""

    users: list[XUser] | UnsetType = UNSET
    topics: list[XTopic] | UnsetType = UNSET


class SpaceQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    space_fields: Annotated[list[SpaceField], Meta(min_length=1, max_length=40)] = field(
        name="space.fields", default_factory=list
    )
    expansions: Annotated[list[SpaceExpansion], Meta(min_length=1, max_length=10)] = []
    user_fields: UserFields = field(name="user.fields", default_factory=list)
    topic_fields: Annotated[list[TopicField], Meta(min_length=1, max_length=10)] = field(
        name="topic.fields", default_factory=list
    )


class SpacesQuery(SpaceQuery, frozen=True, forbid_unknown_fields=True, kw_only=True):
    ids: Annotated[list[SpaceId], Meta(min_length=1, max_length=100)]


class CreatorsQuery(SpaceQuery, frozen=True, forbid_unknown_fields=True, kw_only=True):
    user_ids: Annotated[list[UserId], Meta(min_length=1, max_length=100)]


class SearchQuery(SpaceQuery, frozen=True, forbid_unknown_fields=True, kw_only=True):
    query: Annotated[Whole, Meta(min_length=1, max_length=2048)]
    state: Literal["live", "scheduled", "all"] = "all"
    max_results: Annotated[int, Meta(ge=1, le=100)] = 100


class BuyersQuery(UserQuery, frozen=True, forbid_unknown_fields=True, kw_only=True):
    max_results: Annotated[int, Meta(ge=1, le=100)] = 100
    pagination_token: PageToken = ""


class SpacePath(msgspec.Struct, frozen=True):
    id: SpaceId


class FoundSpace(msgspec.Struct, frozen=True, kw_only=True):
    data: XSpace | UnsetType = UNSET
    includes: SpaceIncludes | UnsetType = UNSET
    errors: list[PartialError] | UnsetType = UNSET


class FoundSpaces(msgspec.Struct, frozen=True, kw_only=True):
    data: list[XSpace] | UnsetType = UNSET
    includes: SpaceIncludes | UnsetType = UNSET
    errors: list[PartialError] | UnsetType = UNSET


class SpacePage(msgspec.Struct, frozen=True, kw_only=True):
    data: list[XSpace] | UnsetType = UNSET
    includes: SpaceIncludes | UnsetType = UNSET
    errors: list[PartialError] | UnsetType = UNSET
    meta: PageMeta
