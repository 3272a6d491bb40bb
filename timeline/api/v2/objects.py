"""The objects and parameters of X that are about posts. Fields nobody asked for are `UNSET` and not written."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType, field

from accounts.api.v2.objects import OtherFields, PageMeta, PostFields, UserFields, XUser
from spaces_project.common.api.kinds import Moment, PageToken, PostId, UserId, Whole
from spaces_project.common.api.problems import PartialError

PostExpansion = Literal[
    "article.cover_media", "article.media_entities", "attachments.media_keys", "attachments.media_source_tweet",
    "attachments.poll_ids", "author_id", "edit_history_tweet_ids", "entities.mentions.username", "geo.place_id",
    "in_reply_to_user_id", "entities.note.mentions.username", "referenced_tweets.id", "referenced_tweets.id.author_id",
    "referenced_tweets.id.attachments.media_keys", "author_screen_name",
]  # fmt: skip
Referred = Literal["replied_to", "quoted", "retweeted"]


class Reference(msgspec.Struct, frozen=True):
    type: Referred
    id: PostId


class PostMetrics(msgspec.Struct, frozen=True):
    retweet_count: int
    reply_count: int
    like_count: int
    quote_count: int


class XPost(msgspec.Struct, frozen=True, kw_only=True):
    """A post."""

    id: PostId
    text: str
    edit_history_tweet_ids: list[PostId]
    author_id: UserId | UnsetType = UNSET
    conversation_id: PostId | UnsetType = UNSET
    created_at: Moment | UnsetType = UNSET
    in_reply_to_user_id: UserId | UnsetType = UNSET
    lang: str | UnsetType = UNSET
    possibly_sensitive: bool | UnsetType = UNSET
    public_metrics: PostMetrics | UnsetType = UNSET
    referenced_tweets: list[Reference] | UnsetType = UNSET
    reply_settings: Literal["everyone"] | UnsetType = UNSET


class PostIncludes(msgspec.Struct, frozen=True, kw_only=True):
    users: list[XUser] | UnsetType = UNSET
    tweets: list[XPost] | UnsetType = UNSET


class PostQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    tweet_fields: PostFields = field(name="tweet.fields", default_factory=list)
    post_fields: PostFields = field(name="post.fields", default_factory=list)
    expansions: Annotated[list[PostExpansion], Meta(min_length=1, max_length=20)] = []
    user_fields: UserFields = field(name="user.fields", default_factory=list)
    media_fields: OtherFields = field(name="media.fields", default_factory=list)
    place_fields: OtherFields = field(name="place.fields", default_factory=list)
    poll_fields: OtherFields = field(name="poll.fields", default_factory=list)


class PagedQuery(PostQuery, frozen=True, forbid_unknown_fields=True, kw_only=True):
    max_results: Annotated[int, Meta(ge=1, le=100)] = 100
    pagination_token: PageToken = ""


class TimelineQuery(PagedQuery, frozen=True, forbid_unknown_fields=True, kw_only=True):
    exclude: Annotated[list[Literal["replies", "retweets"]], Meta(min_length=1, max_length=2)] = []
    since_id: PostId = ""
    until_id: PostId = ""


class PostPath(msgspec.Struct, frozen=True):
    id: PostId


class FoundPost(msgspec.Struct, frozen=True, kw_only=True):
    data: XPost | UnsetType = UNSET
    includes: PostIncludes | UnsetType = UNSET
    errors: list[PartialError] | UnsetType = UNSET


class TimelineMeta(PageMeta, frozen=True, kw_only=True):
    newest_id: PostId | UnsetType = UNSET
    oldest_id: PostId | UnsetType = UNSET


class PostPage(msgspec.Struct, frozen=True, kw_only=True):
    data: list[XPost] | UnsetType = UNSET
    includes: PostIncludes | UnsetType = UNSET
    errors: list[PartialError] | UnsetType = UNSET
    meta: TimelineMeta


class ReplyTo(msgspec.Struct, frozen=True):
    in_reply_to_tweet_id: PostId


class NewPost(msgspec.Struct, frozen=True, kw_only=True):
    text: Annotated[Whole, Meta(min_length=1, max_length=4000)]
    reply: ReplyTo | UnsetType = UNSET
    quote_tweet_id: PostId | UnsetType = UNSET


class CreatedPost(msgspec.Struct, frozen=True):
    id: PostId
    text: str


class CreatedAnswer(msgspec.Struct, frozen=True):
    data: CreatedPost


class Deleted(msgspec.Struct, frozen=True):
    deleted: bool


class DeletedAnswer(msgspec.Struct, frozen=True):
    data: Deleted
