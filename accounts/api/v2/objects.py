"""X's objects and parameters for users.

Fields that the request did not ask for are `UNSET` and left out of the answer.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType, field

from spaces_project.common.api.kinds import Moment, PageToken, Url, UserId, Username
from spaces_project.common.api.problems import PartialError

UserField = Literal[
    "affiliation", "confirmed_email", "connection_status", "created_at", "description", "entities", "id",
    "is_identity_verified", "location", "most_recent_post_id", "most_recent_tweet_id", "name", "parody",
    "pinned_post_id", "pinned_tweet_id", "profile_banner_url", "profile_image_url", "protected", "public_metrics",
    "receives_your_dm", "subscribes_to_you", "subscription", "subscription_type", "url", "username", "verified",
    "verified_followers_count", "verified_type", "withheld",
]  # fmt: skip
"""X's field names. A field that we do not have is accepted, and its key is absent from the answer."""
PostFields = Annotated[list[Annotated[str, Meta(pattern="^[a-z_]{1,40}$")]], Meta(min_length=1, max_length=40)]
OtherFields = PostFields
"""The parameters `media.fields`, `place.fields` and `poll.fields`.

They are accepted because clients send them. Users have no such objects; posts have media.
"""
UserFields = Annotated[list[UserField], Meta(min_length=1, max_length=40)]
UserExpansion = Literal[
    "affiliation", "affiliation.user_id", "most_recent_post_id", "most_recent_tweet_id", "pinned_post_id",
    "pinned_tweet_id",
]  # fmt: skip
UserExpansions = Annotated[list[UserExpansion], Meta(min_length=1, max_length=10)]
"""Accepted but never filled: no user has a pinned or most recent post here."""


class PublicMetrics(msgspec.Struct, frozen=True, kw_only=True):
    followers_count: int
    following_count: int
    tweet_count: int
    post_count: int
    listed_count: int = 0


class XUser(msgspec.Struct, frozen=True, kw_only=True):
    """A user."""

    id: UserId
    name: str
    username: Username
    created_at: Moment | UnsetType = UNSET
    description: str | UnsetType = UNSET
    profile_image_url: Url | UnsetType = UNSET
    protected: bool | UnsetType = UNSET
    public_metrics: PublicMetrics | UnsetType = UNSET
    verified: bool | UnsetType = UNSET


class UserQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    user_fields: UserFields = field(name="user.fields", default_factory=list)
    expansions: UserExpansions = []
    tweet_fields: PostFields = field(name="tweet.fields", default_factory=list)
    post_fields: PostFields = field(name="post.fields", default_factory=list)
    media_fields: OtherFields = field(name="media.fields", default_factory=list)
    place_fields: OtherFields = field(name="place.fields", default_factory=list)
    poll_fields: OtherFields = field(name="poll.fields", default_factory=list)


class UsersQuery(UserQuery, frozen=True, forbid_unknown_fields=True, kw_only=True):
    ids: Annotated[list[UserId], Meta(min_length=1, max_length=100)]


class UsernamesQuery(UserQuery, frozen=True, forbid_unknown_fields=True, kw_only=True):
    usernames: Annotated[list[Username], Meta(min_length=1, max_length=100)]


class PeopleQuery(UserQuery, frozen=True, forbid_unknown_fields=True, kw_only=True):
    max_results: Annotated[int, Meta(ge=1, le=1000)] = 100
    pagination_token: PageToken = ""


class UserPath(msgspec.Struct, frozen=True):
    id: UserId


class UsernamePath(msgspec.Struct, frozen=True):
    username: Username


class TargetPath(msgspec.Struct, frozen=True):
    id: UserId
    target_user_id: UserId


class MuterPath(msgspec.Struct, frozen=True):
    source_user_id: UserId
    target_user_id: UserId


class PageMeta(msgspec.Struct, frozen=True, kw_only=True):
    """The number of results on this page, and the tokens of the pages next to it."""

    result_count: int
    next_token: str | UnsetType = UNSET
    previous_token: str | UnsetType = UNSET


class FoundUser(msgspec.Struct, frozen=True, kw_only=True):
    data: XUser | UnsetType = UNSET
    errors: list[PartialError] | UnsetType = UNSET


class FoundUsers(msgspec.Struct, frozen=True, kw_only=True):
    data: list[XUser] | UnsetType = UNSET
    errors: list[PartialError] | UnsetType = UNSET


class UserPage(msgspec.Struct, frozen=True, kw_only=True):
    data: list[XUser] | UnsetType = UNSET
    errors: list[PartialError] | UnsetType = UNSET
    meta: PageMeta


class FollowBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    target_user_id: UserId


class Following(msgspec.Struct, frozen=True):
    following: bool
    pending_follow: bool | UnsetType = UNSET


class FollowAnswer(msgspec.Struct, frozen=True):
    data: Following


class MuteBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    target_user_id: UserId


class Muting(msgspec.Struct, frozen=True):
    muting: bool


class MuteAnswer(msgspec.Struct, frozen=True):
    data: Muting
