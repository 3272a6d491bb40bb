"""Services to write, delete, like and repost.

Counters move in the transaction of the rows they count, by exactly those rows. Each service first locks the posts whose
counters it will move, in the order of their ids. A post is always younger than the post it is about, so two services
never deadlock. A locked post also still exists when a row about it is written.
"""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from django.db import transaction
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.dispatch import Signal
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.rules import require_not_suspended
from spaces import events
from spaces.models import Clip, Space
from spaces_project.common import limits
from spaces_project.common.errors import BadInput, Conflict, NotFound, Refused
from spaces_project.common.text import clean_text, fits
from timeline import signals
from timeline.links import first_clip_id, first_space_id, tags_in
from timeline.models import TEXT_LENGTH, Bookmark, Like, PinnedPost, Post, PostPicture, PostTag, PostVersion
from timeline.selectors.posts import EDIT_WITHIN, MOST_EDITS, get_post, is_editable, original
from timeline.services.pictures import NewPicture, checked_alts, encoded, stored
from timeline.services.pin_cleanup import forget_pins
from timeline.weight import MAX_WEIGHT, weighted_length

POSTS_PER_WINDOW = 30
WINDOW = timedelta(minutes=5)
LIKES_PER_WINDOW = 200
NEWS = "posts"
"""The topic of the message that home pages get; see `news` in docs/protocol.md."""


def create_post(
    *,
    author: User,
    text: str,
    reply_to_id: int | None = None,
    quote_of_id: int | None = None,
    pictures: Sequence[NewPicture] = (),
) -> Post:
    """Write a post, reply or quote with at most four pictures. The text may be empty if there is a picture.

    Raises `BadInput` `empty`, `too_long` (`details["max"]`, for the text also `["weight"]`), `too_many_pictures`
    (`["max"]`) or `bad_image`; `NotFound` for a post that is deleted or hidden from the author (blocks in either
    direction); `Refused` `protected_post` or `suspended`; `TooMany` `too_many`; `TryAgain` while too many images are
    being decoded.
    """
    require_not_suspended(author)
    alts = checked_alts(pictures)
    cleaned = _cleaned(text, may_be_empty=bool(pictures))
    reply_to = _about(reply_to_id, author)
    quote_of = _about(quote_of_id, author)
    if quote_of is not None:
        require_public(quote_of)
    limits.spend(what="post", user_id=author.pk, limit=POSTS_PER_WINDOW, window=WINDOW)
    post = Post(
        author=author,
        text=cleaned,
        reply_to=reply_to,
        is_reply=reply_to is not None,
        quote_of=quote_of,
        is_quote=quote_of is not None,
        picture_count=len(pictures),
    )
    _link(post)
    # After the rate limit, because decoding is what costs.
    with stored(encoded(pictures), alts) as rows:
        _write(post, rows)
    return post


def repost_post(*, user: User, post_id: int) -> Post:
    """Repost a post and return the repost; for a repost, repost the original.

    Idempotent. Raises the errors of `create_post`.
    """
    require_not_suspended(user)
    original = original_post(post_id, user)
    require_public(original)
    limits.spend(what="post", user_id=user.pk, limit=POSTS_PER_WINDOW, window=WINDOW)
    with transaction.atomic():
        lock_post(original)
        repost = Post.objects.filter(repost_of=original, author=user).first()
        if repost is None:
            repost = Post(author=user, repost_of=original)
            _write(repost)
    return repost


def unrepost_post(*, user: User, post_id: int) -> None:
    """Delete the user's repost of a post. Idempotent."""
    with transaction.atomic():
        _lock_ids({post_id})
        removed, _ = Post.objects.filter(repost_of=post_id, author=user).delete()
        if removed:
            _move(post_id, "repost_count", -1)


def like_post(*, user: User, post_id: int) -> Post:
    """Like a post and return it; for a repost, like the original.

    Idempotent. Raises `NotFound`, `TooMany` `too_many`.
    """
    original = original_post(post_id, user)
    limits.spend(what="like", user_id=user.pk, limit=LIKES_PER_WINDOW, window=WINDOW)
    with transaction.atomic():
        lock_post(original)
        _, is_new = Like.objects.get_or_create(user=user, post=original)
        if is_new:
            _move(original.pk, "like_count", 1)
            _announce(signals.liked, post_id=original.pk, user_id=user.pk)
    return original


def unlike_post(*, user: User, post_id: int) -> None:
    """Remove the user's like of a post. Idempotent."""
    with transaction.atomic():
        _lock_ids({post_id})
        removed, _ = Like.objects.filter(user=user, post=post_id).delete()
        if removed:
            _move(post_id, "like_count", -1)


def edit_post(*, user: User, post_id: int, text: str) -> Post:
    """Give one's own post another text, and keep the one before. Nothing happens if the text is the same.

    Pictures and their descriptions stay as they are. Raises the errors of the text as `create_post`; `NotFound`;
    `Refused` `not_yours`; `Conflict` `too_late` (after `EDIT_WITHIN`) or `too_many_edits`; `TooMany` `too_many`.
    """
    cleaned = _cleaned(text, may_be_empty=Post.objects.filter(pk=post_id, picture_count__gt=0).exists())
    limits.spend(what="post", user_id=user.pk, limit=POSTS_PER_WINDOW, window=WINDOW)
    with transaction.atomic():
        _lock_ids({post_id})
        post = get_post(post_id=post_id, viewer_id=user.pk)
        require_editable(post, user)
        if post.text == cleaned:
            return post
        PostVersion.objects.create(post=post, text=post.text, written_at=post.edited_at or post.created_at)
        post.text, post.edited_at = cleaned, timezone.now()
        _link(post)
        post.save(update_fields=["text", "edited_at", "space", "clip"])
        store_tags(post)
        forget_pins(PinnedPost.objects.filter(post=post))
        _announce(signals.edited, post_id=post.pk)
    return post


def require_editable(post: Post, user: User) -> None:
    """Raise `Refused` `not_yours`, or `Conflict` `too_late` or `too_many_edits`, unless the user may edit the post."""
    if post.author_id != user.pk or post.repost_of_id is not None:
        raise Refused("not_yours", _("Only the author can edit a post."))
    if not is_editable(post, timezone.now()):
        raise Conflict("too_late", _("A post can be edited for 30 minutes."), minutes=EDIT_WITHIN.seconds // 60)
    if post.versions.count() >= MOST_EDITS:
        raise Conflict(
            "too_many_edits",
            _("A post can be edited {limit} times.").format(limit=MOST_EDITS),
            limit=MOST_EDITS,
        )


def bookmark_post(*, user: User, post_id: int) -> None:
    """Keep a post for later; for a repost, keep the original. Idempotent. Raises `NotFound`, `TooMany` `too_many`."""
    original = original_post(post_id, user)
    limits.spend(what="like", user_id=user.pk, limit=LIKES_PER_WINDOW, window=WINDOW)
    with transaction.atomic():
        lock_post(original)
        Bookmark.objects.get_or_create(user=user, post=original)


def unbookmark_post(*, user: User, post_id: int) -> None:
    """Keep a post no longer; for a repost, the original. Idempotent."""
    repost = Post.objects.filter(pk=post_id).values("repost_of")
    Bookmark.objects.filter(Q(post=post_id) | Q(post__in=repost), user=user).delete()


def delete_post(*, user: User, post_id: int, as_operator: bool = False) -> None:
    """Delete one's own post, or any post `as_operator` with the permission `timeline.delete_post`.

    Its reposts are deleted too; replies and quotes stay. Raises `NotFound`, `Refused` `not_yours`.
    """
    post = Post.objects.filter(pk=post_id).first()
    if post is None:
        raise NotFound("not_found", _("This post is not available."))
    may = user.has_perm("timeline.delete_post") if as_operator else post.author_id == user.pk
    if not may:
        get_post(post_id=post_id, viewer_id=user.pk)  # raises NotFound for a post that is hidden from this user
        raise Refused("not_yours", _("Only the author can delete a post."))
    with transaction.atomic():
        _lock_ids(_subjects(post) | {post.pk})
        if Post.objects.filter(pk=post.pk).exists():
            _count(post, by=-1)
            forget_pins(PinnedPost.objects.filter(post=post))
            post.delete()


def take_down_post(*, post_id: int, taken_down: bool) -> bool:
    """Take a post down for a decision of moderators, or put it back. Rooms in which it is pinned hear of it. Return
    False if nothing was changed."""
    with transaction.atomic():
        if not Post.objects.filter(pk=post_id).exclude(taken_down=taken_down).update(taken_down=taken_down):
            return False
        forget_pins(PinnedPost.objects.filter(post=post_id))
    return True


def release_counts(*, user: User) -> None:
    """Subtract the user's likes and posts from the counters of other posts, because the
    account is about to be deleted."""
    with transaction.atomic():
        Post.objects.filter(likes__user=user).update(like_count=F("like_count") - 1)
        for link, counter in (("reply_to", "reply_count"), ("quote_of", "quote_count"), ("repost_of", "repost_count")):
            own = Post.objects.filter(author=user, **{link: OuterRef("pk")}).order_by().values(link)
            number = Subquery(own.annotate(number=Count("pk")).values("number"))
            about = Post.objects.filter(author=user, **{f"{link}__isnull": False}).values(link)
            Post.objects.filter(pk__in=about).update(**{counter: F(counter) - number})


def _link(post: Post) -> None:
    """Set the Space and the clip that the text links to."""
    space_id, clip_id = first_space_id(post.text), first_clip_id(post.text)
    post.space = Space.objects.filter(public_id=space_id).first() if space_id else None
    post.clip = Clip.objects.filter(public_id=clip_id).first() if clip_id else None


def _cleaned(text: str, *, may_be_empty: bool) -> str:
    if not fits(text, limit=TEXT_LENGTH):
        raise BadInput("too_long", _("This is too long for a post."), weight=len(text), max=MAX_WEIGHT)
    cleaned = clean_text(text, limit=TEXT_LENGTH)
    if not cleaned and not may_be_empty:
        raise BadInput("empty", _("Write something first."))
    if len(cleaned) > TEXT_LENGTH:
        raise BadInput("too_long", _("This is too long for a post."), weight=len(cleaned), max=MAX_WEIGHT)
    weight = weighted_length(cleaned)
    if weight > MAX_WEIGHT:
        raise BadInput(
            "too_long",
            ngettext("{number} character too many.", "{number} characters too many.", weight - MAX_WEIGHT).format(
                number=weight - MAX_WEIGHT
            ),
            weight=weight,
            max=MAX_WEIGHT,
        )
    return cleaned


def _about(post_id: int | None, user: User) -> Post | None:
    return None if post_id is None else original_post(post_id, user)


def original_post(post_id: int, user: User) -> Post:
    """Return the post or, for a repost, the original. Raises `NotFound`."""
    return original(post_id=post_id, viewer_id=user.pk)


def require_public(post: Post) -> None:
    """Raise `Refused` `protected_post` if the post's author is protected."""
    if post.author.protected:
        raise Refused("protected_post", _("Posts of protected accounts cannot be shared."))


def _write(post: Post, pictures: Sequence[PostPicture] = ()) -> None:
    with transaction.atomic():
        subjects = _subjects(post)
        if _lock_ids(subjects) != subjects:
            raise NotFound("not_found", _("This post is not available."))
        post.save(force_insert=True)
        for picture in pictures:
            picture.post = post
            picture.save(force_insert=True)
        store_tags(post)
        _count(post, by=1)
        _announce(signals.posted, post_id=post.pk)
        if not post.is_reply:
            news = events.home_news(NEWS, followers_of=post.author_id)
            transaction.on_commit(partial(events.publish, events.EVERY_PROCESS, news))


def store_tags(post: Post) -> None:
    """Make the stored hashtags of a post those of its text."""
    wanted = tags_in(post.text)
    PostTag.objects.filter(post=post).exclude(tag__in=wanted).delete()
    PostTag.objects.bulk_create([PostTag(post=post, tag=tag) for tag in wanted], ignore_conflicts=True)


def _subjects(post: Post) -> set[int]:
    return {pk for pk in (post.reply_to_id, post.quote_of_id, post.repost_of_id) if pk is not None}


def _count(post: Post, *, by: int) -> None:
    _move(post.reply_to_id, "reply_count", by)
    _move(post.quote_of_id, "quote_count", by)
    _move(post.repost_of_id, "repost_count", by)


def _move(post_id: int | None, counter: str, by: int) -> None:
    if post_id is not None:
        Post.objects.filter(pk=post_id).update(**{counter: F(counter) + by})


def lock_post(post: Post) -> None:
    """Lock the post until the transaction ends. Raises `NotFound`."""
    if not _lock_ids({post.pk}):
        raise NotFound("not_found", _("This post is not available."))


def _lock_ids(post_ids: set[int]) -> set[int]:
    """Lock the posts that exist until the transaction ends. Return their ids."""
    if not post_ids:
        return set()
    locked: QuerySet[Post] = Post.objects.select_for_update(no_key=True).filter(pk__in=post_ids).order_by("pk")
    return set(locked.values_list("pk", flat=True))


def _announce(signal: Signal, **facts: int) -> None:
    # Robust: the row is committed, so if a receiver fails Django logs it and nothing is undone.
    transaction.on_commit(partial(signal.send_robust, sender=Post, **facts))
