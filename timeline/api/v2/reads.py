"""Posts in X's shape. They are the lines that pages show and cost no more database queries, but for one if a program
asks how they may be edited, and one if it asks for their pictures."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count
from msgspec import UNSET, UnsetType

from accounts.api.v2.objects import XUser
from accounts.api.v2.reads import counts_posts, users_by_id
from spaces_project.common.api.kinds import moment
from spaces_project.common.api.vocabulary import in_both, older
from timeline.api.v2.objects import (
    Attachments,
    EditControls,
    PostIncludes,
    PostMetrics,
    PostQuery,
    Reference,
    XPhoto,
    XPost,
)
from timeline.models import Post, PostPicture
from timeline.selectors.posts import EDIT_WITHIN, MOST_EDITS, edit_counts, pictures_by_post, visible_posts

Pictures = Mapping[int, list[PostPicture]]
"""Pictures by the id of their post."""
UNDETERMINED = "und"


@dataclass(frozen=True, slots=True)
class Read:
    posts: list[XPost]
    includes: PostIncludes | UnsetType


def read_posts(ids: Collection[int], query: PostQuery, viewer_id: int | None, *, unmuted: bool = False) -> Read:
    """Return those of `ids` that the viewer may see, newest first, with what the query expands.

    With `unmuted`, posts that the viewer has muted are left out, as on the home page.
    """
    found = visible_posts(ids, viewer_id, unmuted=unmuted)
    expansions = older(query.expansions)
    fields = frozenset(query.tweet_fields) | frozenset(query.post_fields) | _implied(expansions)
    if "referenced_posts" in fields:
        fields |= {"referenced_tweets"}
    referenced = found.about if expansions & {"referenced_tweets.id", _WITH_AUTHOR, _WITH_MEDIA} else {}
    every = [*found.posts, *referenced.values()]
    edits = edit_counts({post.pk for post in every}) if "edit_controls" in fields else {}
    pictures = pictures_by_post(every) if "attachments" in fields else {}
    shown = [_shown(post, fields, edits, pictures) for post in found.posts]
    users = users_by_id(_people(found.posts, referenced.values(), expansions), query.user_fields)
    tweets = [_shown(post, fields, edits, pictures) for post in referenced.values()]
    media = _media(found.posts, referenced.values(), expansions, pictures, frozenset(query.media_fields))
    return Read(shown, _includes(list(users.values()), tweets, media))


def _includes(users: list[XUser], tweets: list[XPost], media: list[XPhoto]) -> PostIncludes | UnsetType:
    if not (users or tweets or media):
        return UNSET
    return PostIncludes(users=users or UNSET, media=media or UNSET, **in_both(tweets=tweets or UNSET))


@counts_posts
def post_counts(user_ids: Collection[int]) -> dict[int, int]:
    rows = Post.objects.filter(author__in=user_ids).order_by().values_list("author")
    return dict(rows.annotate(number=Count("pk")))


_WITH_AUTHOR = "referenced_tweets.id.author_id"
_WITH_MEDIA = "referenced_tweets.id.attachments.media_keys"
_BY_NAME = "author_screen_name"


def _implied(expansions: frozenset[str]) -> frozenset[str]:
    """Return the fields that the expansions follow: an expansion adds its own field to the answer."""
    fields = expansions & {"author_id", "in_reply_to_user_id"}
    if any(name.startswith("referenced_tweets") for name in expansions):
        fields |= {"referenced_tweets"}
    if expansions & {"attachments.media_keys", _WITH_MEDIA}:
        fields |= {"attachments"}
    return fields | {"username"} if _BY_NAME in expansions else fields


def _people(posts: Collection[Post], referenced: Collection[Post], expansions: frozenset[str]) -> set[int]:
    found: set[int] = set()
    if expansions & {"author_id", _BY_NAME}:
        found.update(post.author_id for post in posts)
    if "in_reply_to_user_id" in expansions:
        found.update(post.reply_to.author_id for post in posts if post.reply_to)
    if _WITH_AUTHOR in expansions:
        found.update(post.author_id for post in referenced)
    return found


def _media(
    posts: Collection[Post],
    referenced: Collection[Post],
    expansions: frozenset[str],
    pictures: Pictures,
    fields: frozenset[str],
) -> list[XPhoto]:
    """Return the pictures that the query expands, each once."""
    of = [
        *(posts if "attachments.media_keys" in expansions else ()),
        *(referenced if _WITH_MEDIA in expansions else ()),
    ]
    found = {picture.pk: picture for post in of for picture in pictures.get(post.pk, [])}
    return [_photo(picture, fields) for picture in found.values()]


def _photo(picture: PostPicture, fields: frozenset[str]) -> XPhoto:
    return XPhoto(
        media_key=_media_key(picture),
        url=f"{settings.PUBLIC_ORIGIN}{picture.get_absolute_url()}" if "url" in fields else UNSET,
        width=picture.width if "width" in fields else UNSET,
        height=picture.height if "height" in fields else UNSET,
        alt_text=picture.alt if picture.alt and "alt_text" in fields else UNSET,
    )


def _media_key(picture: PostPicture) -> str:
    """Return the key in X's form. The 3 before the id says that it is a photo."""
    return f"3_{picture.pk}"


def text_of(post: Post) -> str:
    """Return a post's text. A repost has no text of its own; X writes it as `RT @name: text`."""
    original = post.repost_of
    return f"RT @{original.author.username}: {original.text}" if original else post.text


def _shown(post: Post, fields: frozenset[str], edits: dict[int, int], pictures: Pictures) -> XPost:
    replied_to = post.reply_to
    keys = [_media_key(picture) for picture in pictures.get(post.pk, [])]
    return XPost(
        id=str(post.pk),
        text=text_of(post),
        **in_both(
            edit_history_tweet_ids=[str(post.pk)],
            referenced_tweets=_references(post) or UNSET if "referenced_tweets" in fields else UNSET,
        ),
        attachments=Attachments(keys) if keys and "attachments" in fields else UNSET,
        author_id=str(post.author_id) if "author_id" in fields else UNSET,
        conversation_id=_conversation(post) if "conversation_id" in fields else UNSET,
        created_at=moment(post.created_at) if "created_at" in fields else UNSET,
        edit_controls=_edit_controls(post, edits.get(post.pk, 0)) if "edit_controls" in fields else UNSET,
        in_reply_to_user_id=str(replied_to.author_id) if replied_to and "in_reply_to_user_id" in fields else UNSET,
        lang=UNDETERMINED if "lang" in fields else UNSET,
        possibly_sensitive=False if "possibly_sensitive" in fields else UNSET,
        public_metrics=_metrics(post) if "public_metrics" in fields else UNSET,
        reply_settings="everyone" if "reply_settings" in fields else UNSET,
        username=post.author.username if "username" in fields else UNSET,
    )


def _edit_controls(post: Post, edits: int) -> EditControls:
    is_eligible = post.repost_of_id is None
    return EditControls(
        edits_remaining=max(MOST_EDITS - edits, 0) if is_eligible else 0,
        is_edit_eligible=is_eligible,
        editable_until=moment(post.created_at + EDIT_WITHIN),
    )


def _metrics(post: Post) -> PostMetrics:
    return PostMetrics(
        reply_count=post.reply_count,
        like_count=post.like_count,
        quote_count=post.quote_count,
        **in_both(retweet_count=post.repost_count),
    )


def _references(post: Post) -> list[Reference]:
    about = (("replied_to", post.reply_to_id), ("quoted", post.quote_of_id), ("retweeted", post.repost_of_id))
    return [Reference(kind, str(pk)) for kind, pk in about if pk is not None]  # type: ignore[arg-type]  # the literals above


def _conversation(post: Post) -> str | UnsetType:
    """Return the id of the post that began the conversation, or `UNSET` if it is more than one reply up, which
    would cost another query."""
    if not post.is_reply:
        return str(post.pk)
    return str(post.reply_to_id) if post.reply_to and not post.reply_to.is_reply else UNSET
