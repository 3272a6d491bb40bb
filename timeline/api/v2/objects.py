"""X's objects and parameters for posts.

Fields that the request did not ask for are `UNSET` and left out of the answer.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType, field

from accounts.api.v2.objects import OtherFields, PageMeta, PostFields, UserFields, XUser
from spaces_project.common.api.kinds import Instant, Moment, PageToken, PostId, Url, UserId, Whole
from spaces_project.common.api.problems import PartialError

PostExpansion = Literal[
    "article.cover_media", "article.media_entities", "attachments.media_keys", "attachments.media_source_tweet",
    "attachments.poll_ids", "author_id", "author_screen_name", "edit_history_post_ids", "edit_history_tweet_ids",
    "entities.mentions.username", "entities.note.mentions.username", "geo.place_id", "in_reply_to_user_id",
    "referenced_posts", "referenced_tweets.id", "referenced_tweets.id.attachments.media_keys",
    "referenced_tweets.id.author_id", "username",
]  # fmt: skip
Referred = Literal["replied_to", "quoted", "retweeted"]


class Reference(msgspec.Struct, frozen=True):
    type: Referred
    id: PostId


class PostMetrics(msgspec.Struct, frozen=True, kw_only=True):
    """Bookmarks and views are not counted."""

    retweet_count: int
    repost_count: int
    reply_count: int
    like_count: int
    quote_count: int
    bookmark_count: int = 0
    impression_count: int = 0


class EditControls(msgspec.Struct, frozen=True, kw_only=True):
    """How a post may be edited on this site's pages.

    `is_edit_eligible` is about the kind of post, as on X, and does not change with time: a repost cannot be edited.
    """

    edits_remaining: int
    is_edit_eligible: bool
    editable_until: Moment


MediaKey = Annotated[str, Meta(pattern="^3_[0-9]{1,19}$")]
"""X's key of a photo."""
MediaFields = OtherFields
"""Names that X has for videos and for figures of advertisers are accepted, and their keys absent from the answer."""


class Attachments(msgspec.Struct, frozen=True):
    media_keys: list[MediaKey]


class XPhoto(msgspec.Struct, frozen=True, kw_only=True):
    """A picture of a post. `url` is its address: of a protected account it opens for followers in their browser only,
    because programs send no session."""

    media_key: MediaKey
    type: Literal["photo"] = "photo"
    url: Url | UnsetType = UNSET
    width: int | UnsetType = UNSET
    height: int | UnsetType = UNSET
    alt_text: str | UnsetType = UNSET


class XPost(msgspec.Struct, frozen=True, kw_only=True):
    """A post. An edit keeps its id, so the edit history has this one id only."""

    id: PostId
    text: str
    edit_history_tweet_ids: list[PostId]
    edit_history_post_ids: list[PostId]
    attachments: Attachments | UnsetType = UNSET
    author_id: UserId | UnsetType = UNSET
    conversation_id: PostId | UnsetType = UNSET
    created_at: Moment | UnsetType = UNSET
    edit_controls: EditControls | UnsetType = UNSET
    in_reply_to_user_id: UserId | UnsetType = UNSET
    lang: str | UnsetType = UNSET
    possibly_sensitive: bool | UnsetType = UNSET
    public_metrics: PostMetrics | UnsetType = UNSET
    referenced_tweets: list[Reference] | UnsetType = UNSET
    referenced_posts: list[Reference] | UnsetType = UNSET
    reply_settings: Literal["everyone"] | UnsetType = UNSET
    username: str | UnsetType = UNSET


class PostIncludes(msgspec.Struct, frozen=True, kw_only=True):
    users: list[XUser] | UnsetType = UNSET
    tweets: list[XPost] | UnsetType = UNSET
    posts: list[XPost] | UnsetType = UNSET
    media: list[XPhoto] | UnsetType = UNSET


class PostQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    tweet_fields: PostFields = field(name="tweet.fields", default_factory=list)
    post_fields: PostFields = field(name="post.fields", default_factory=list)
    expansions: Annotated[list[PostExpansion], Meta(min_length=1, max_length=20)] = []
    user_fields: UserFields = field(name="user.fields", default_factory=list)
    media_fields: MediaFields = field(name="media.fields", default_factory=list)
    place_fields: OtherFields = field(name="place.fields", default_factory=list)
    poll_fields: OtherFields = field(name="poll.fields", default_factory=list)


class PostsQuery(PostQuery, frozen=True, forbid_unknown_fields=True, kw_only=True):
    ids: Annotated[list[PostId], Meta(min_length=1, max_length=100)]


class PagedQuery(PostQuery, frozen=True, forbid_unknown_fields=True, kw_only=True):
    max_results: Annotated[int, Meta(ge=1, le=100)] = 100
    pagination_token: PageToken = ""


class TimelineQuery(PagedQuery, frozen=True, forbid_unknown_fields=True, kw_only=True):
    exclude: Annotated[list[Literal["replies", "retweets"]], Meta(min_length=1, max_length=2)] = []
    since_id: PostId = ""
    until_id: PostId = ""
    start_time: Instant = ""
    """Posts from this time on."""
    end_time: Instant = ""
    """Posts before this time."""


class PostPath(msgspec.Struct, frozen=True):
    id: PostId


class BookmarkPath(msgspec.Struct, frozen=True):
    id: UserId
    tweet_id: PostId


class FoundPost(msgspec.Struct, frozen=True, kw_only=True):
    data: XPost | UnsetType = UNSET
    includes: PostIncludes | UnsetType = UNSET
    errors: list[PartialError] | UnsetType = UNSET


class FoundPosts(msgspec.Struct, frozen=True, kw_only=True):
    data: list[XPost] | UnsetType = UNSET
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


class ReplyTo(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`auto_populate_reply_metadata` changes nothing: whom a reply answers is known from the post."""

    in_reply_to_tweet_id: PostId
    auto_populate_reply_metadata: bool = False


class NewPost(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A new post. Options of X that programs do not have here (`media`, `poll`, `geo`, a limit on replies, …) are
    refused, not ignored. `POST /api/v1/posts` takes pictures.

    X's switches may be sent as `false`, and `reply_settings` as `everyone`, because that is what every post is here.
    """

    text: Annotated[Whole, Meta(min_length=1, max_length=4000)]
    reply: ReplyTo | UnsetType = UNSET
    quote_tweet_id: PostId | UnsetType = UNSET
    reply_settings: Literal["everyone"] = "everyone"
    for_super_followers_only: bool = False
    made_with_ai: bool = False
    nullcast: bool = False
    paid_partnership: bool = False
    share_with_followers: bool = False


class CreatedPost(msgspec.Struct, frozen=True):
    id: PostId
    text: str


class CreatedAnswer(msgspec.Struct, frozen=True):
    data: CreatedPost


class Deleted(msgspec.Struct, frozen=True):
    deleted: bool


class DeletedAnswer(msgspec.Struct, frozen=True):
    data: Deleted


class BookmarkBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    tweet_id: PostId


class Bookmarked(msgspec.Struct, frozen=True):
    bookmarked: bool


class BookmarkAnswer(msgspec.Struct, frozen=True):
    data: Bookmarked
