"""Queries for posts. A post that the viewer may not see is never returned."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.muting import Muting, muting
from accounts.paging import Page, cut_page, parse_cursor
from accounts.selectors import sees_author, visible_authors
from spaces.models import Clip, Space
from spaces.rules import Sight
from spaces.selectors.replays import clips_by_id
from spaces.selectors.sight import sight
from spaces_project.common.errors import NotFound
from timeline.models import Bookmark, Like, PinnedPost, Post, PostPicture, PostVersion
from timeline.selectors.cards import SpaceCard, space_cards
from timeline.selectors.home import home_ids

PAGE_SIZE = 30
EDIT_WITHIN = timedelta(minutes=30)
"""How long after a post was written its text may be changed."""
MOST_EDITS = 5


@dataclass(frozen=True, slots=True)
class Quoted:
    post: Post
    card: SpaceCard | None
    clip: Clip | None
    pictures: list[PostPicture]


@dataclass(frozen=True, slots=True)
class PostRow:
    """One line of a timeline.

    `post` is the post to show; for a repost it is the original. `quoted` is None if no post is quoted, and also if the
    quoted post is deleted or hidden from the viewer; `post.is_quote` tells these cases apart. `answers` is the author
    of the post that this one replies to, or None if that post is deleted. `clip` is the linked clip, as long as the
    viewer may hear it. `pictures` are those of `post`.
    """

    id: int
    post: Post
    reposted_by: User | None
    answers: User | None
    quoted: Quoted | None
    card: SpaceCard | None
    clip: Clip | None
    pictures: list[PostPicture]
    is_liked: bool
    is_reposted: bool
    is_bookmarked: bool
    is_own: bool
    may_edit: bool


@dataclass(frozen=True, slots=True)
class PostThread:
    """A post with its replies.

    `above` is the post that `row` answers; None together with `row.post.is_reply` means that it is gone.
    """

    row: PostRow
    above: PostRow | None
    replies: Page[PostRow]


def is_editable(post: Post, now: datetime) -> bool:
    """Return whether the author may still edit the text."""
    return now - post.created_at < EDIT_WITHIN


def edit_counts(post_ids: Collection[int]) -> dict[int, int]:
    """Return by post id how often a text was changed. Posts that were never edited are not in it."""
    rows = PostVersion.objects.filter(post__in=post_ids).order_by().values_list("post")
    return dict(rows.annotate(number=Count("pk")))


def versions_of(post: Post) -> list[PostVersion]:
    """Return every text that a post had, newest first. The first one, which is not stored, is its present text."""
    present = PostVersion(post=post, text=post.text, written_at=post.edited_at or post.created_at)
    return [present, *post.versions.order_by("-id")]


def get_post(*, post_id: int, viewer_id: int | None) -> Post:
    """Return the post with its author. Raises `NotFound` if the viewer may not see it.

    That is so if it is deleted or was taken down, its author is inactive, the author is protected and not followed by
    the viewer, or there is a block in either direction.
    """
    post = Post.objects.select_related("author").filter(pk=post_id).first()
    if post is None or post.taken_down or not sees_author(post.author, viewer_id):
        raise NotFound("not_found", _("This post is not available."))
    return post


def get_picture(*, post_id: int, picture_id: int, viewer_id: int | None) -> PostPicture:
    """Return a picture. Raises `NotFound` unless the viewer may see its post; see `get_post`."""
    get_post(post_id=post_id, viewer_id=viewer_id)
    picture = PostPicture.objects.filter(pk=picture_id, post=post_id).first()
    if picture is None:
        raise NotFound("not_found", _("This picture is not available."))
    return picture


def pictures_by_post(posts: Collection[Post]) -> dict[int, list[PostPicture]]:
    """Return the pictures of posts in their order, by the ids of those posts that have some. One query, or none if
    there are no pictures.

    Whether the viewer may see the posts is not checked here.
    """
    ids = {post.pk for post in posts if post.picture_count}
    found: dict[int, list[PostPicture]] = {}
    for picture in PostPicture.objects.filter(post__in=ids).order_by("position") if ids else ():
        found.setdefault(picture.post_id, []).append(picture)
    return found


def original(*, post_id: int, viewer_id: int | None) -> Post:
    """Return the post or, for a repost, the original. Raises `NotFound` unless the viewer may see both."""
    post = get_post(post_id=post_id, viewer_id=viewer_id)
    return post if post.repost_of_id is None else get_post(post_id=post.repost_of_id, viewer_id=viewer_id)


@dataclass(frozen=True, slots=True)
class Found:
    """Posts, newest first, and by id the posts that they answer, quote or repost. The viewer may see all of them."""

    posts: list[Post]
    about: dict[int, Post]


def visible_posts(ids: Collection[int], viewer_id: int | None, *, unmuted: bool = False) -> Found:
    """Return those of `ids` that the viewer may see; with `unmuted`, without what the viewer has muted.

    Links to hidden posts are removed from the posts, and from those that they answer, quote or repost. At most eight
    queries, for any number of posts.
    """
    lines = list(_with_subjects(Post.objects.filter(pk__in=ids).order_by("-pk")))
    subjects = [subject for line in lines for subject in _subjects(line)]
    _load_links(subjects)
    authors = {post.author_id: post.author for post in (*lines, *subjects)}
    authors |= {post.author_id: post.author for subject in subjects for post in _subjects(subject)}
    visible = visible_authors(list(authors.values()), viewer_id)
    shown = [line for line in lines if _is_shown(line, visible) and _is_shown(line.repost_of or line, visible)]
    for post in (*shown, *(subject for line in shown for subject in _subjects(line))):
        _hide_from(post, visible)
    shown = _unmuted(shown, viewer_id) if unmuted else shown
    return Found(shown, {post.pk: post for line in shown for post in _subjects(line)})


def _load_links(posts: Collection[Post]) -> None:
    """Fetch the posts that `posts` link to, with their authors, in one query. Links to deleted posts become None."""
    wanted = {pk for post in posts for pk in (post.reply_to_id, post.quote_of_id) if pk is not None}
    linked = Post.objects.select_related("author").in_bulk(wanted) if wanted else {}
    for post in posts:
        post.reply_to = linked.get(post.reply_to_id or 0)
        post.quote_of = linked.get(post.quote_of_id or 0)


def shared_in(space: Space, *, viewer_id: int | None) -> QuerySet[Post]:
    """Return the posts pinned to the Space, in no order. Empty if the viewer may not see its stage.

    Whether the viewer may see each post is not checked here.
    """
    if sight(space=space, user_id=viewer_id) < Sight.STAGE:
        return Post.objects.none()
    return Post.objects.filter(pk__in=PinnedPost.objects.filter(space=space).values("post"))


def home_posts(*, user: User, cursor: str | None = None, limit: int = PAGE_SIZE) -> Page[PostRow]:
    """Return a page of the user's home timeline, newest first. Raises `BadInput` `bad_cursor`."""
    before = None if cursor is None else parse_cursor(cursor, parts=1)[0]
    ids = home_ids(user=user, before=before, limit=limit + 1)
    found = _with_subjects(Post.objects.filter(pk__in=ids[:limit]).order_by("-pk"))
    shown = _unmuted(_once_each(found), user.pk)
    return Page(_rows(shown, user.pk), str(ids[limit - 1]) if len(ids) > limit else None)


def posts_of(*, author: User, viewer_id: int | None, cursor: str | None = None) -> Page[PostRow]:
    """Return a page of a user's posts and reposts without replies, newest first. Raises `BadInput` `bad_cursor`."""
    if not sees_author(author, viewer_id):
        return Page([], None)
    posts = Post.objects.filter(author=author, is_reply=False)
    if cursor is not None:
        posts = posts.filter(pk__lt=parse_cursor(cursor, parts=1)[0])
    return _page(posts.order_by("-pk"), viewer_id)


def thread(*, post_id: int, viewer_id: int | None, cursor: str | None = None) -> PostThread:
    """Return a post with the one above it and its replies, oldest first. Raises `NotFound`, `BadInput` `bad_cursor`."""
    post = get_post(post_id=post_id, viewer_id=viewer_id)
    ids = [pk for pk in (post.pk, post.reply_to_id) if pk is not None]
    rows = {row.id: row for row in _rows(_with_subjects(Post.objects.filter(pk__in=ids)), viewer_id)}
    if post.pk not in rows:  # a repost of a post that is hidden from the viewer
        raise NotFound("not_found", _("This post is not available."))
    above = rows.get(post.reply_to_id) if post.reply_to_id else None
    return PostThread(rows[post.pk], above, _replies(post.pk, viewer_id, cursor))


def replies_to(*, post_id: int, viewer_id: int | None, cursor: str | None = None) -> Page[PostRow]:
    """Return a page of the replies to a post that the viewer may see, oldest first.

    Raises `NotFound`, `BadInput` `bad_cursor`.
    """
    return _replies(original(post_id=post_id, viewer_id=viewer_id).pk, viewer_id, cursor)


def _replies(post_id: int, viewer_id: int | None, cursor: str | None) -> Page[PostRow]:
    replies = Post.objects.filter(reply_to=post_id)
    if cursor is not None:
        replies = replies.filter(pk__gt=parse_cursor(cursor, parts=1)[0])
    page = cut_page(_with_subjects(replies.order_by("pk")), PAGE_SIZE, lambda post: (post.pk,))
    return Page(_rows(_unmuted(page.items, viewer_id), viewer_id), page.next_cursor)


def post_row(*, post_id: int, viewer_id: int | None) -> PostRow:
    """Return the line of one post. Raises `NotFound`."""
    rows = post_rows(post_ids=[post_id], viewer_id=viewer_id)
    if not rows:
        raise NotFound("not_found", _("This post is not available."))
    return rows[post_id]


def post_rows(*, post_ids: Collection[int], viewer_id: int | None) -> dict[int, PostRow]:
    """Return the lines by post id, for those that the viewer may see."""
    return {row.id: row for row in _rows(_with_subjects(Post.objects.filter(pk__in=post_ids)), viewer_id)}


def bookmarks(*, user: User, cursor: str | None = None) -> Page[PostRow]:
    """Return a page of the posts that the user keeps and may still see, kept last first. Raises `BadInput`
    `bad_cursor`."""
    kept = Bookmark.objects.filter(user=user)
    if cursor is not None:
        kept = kept.filter(pk__lt=parse_cursor(cursor, parts=1)[0])
    page = cut_page(kept.order_by("-pk"), PAGE_SIZE, lambda row: (row.pk,))
    posts = _with_subjects(Post.objects.all()).in_bulk([row.post_id for row in page.items])
    return Page(_rows([posts[row.post_id] for row in page.items], user.pk), page.next_cursor)


def _unmuted(posts: list[Post], viewer_id: int | None) -> list[Post]:
    """Return the posts without those of users, and with words, that the viewer has muted. One's own are always
    shown."""
    authors = {post.author_id for line in posts for post in _told(line)}
    muted = muting(viewer_id, authors)
    return [line for line in posts if line.author_id == viewer_id or not _is_muted(line, muted)]


def _is_muted(line: Post, muted: Muting) -> bool:
    subject = line.repost_of or line
    quote = subject.quote_of
    text = f"{subject.text} {quote.text if quote else ''}"
    return muted.hides(author_ids={line.author_id, subject.author_id, *([quote.author_id] if quote else [])}, text=text)


def rows_of(posts: QuerySet[Post], viewer_id: int | None) -> list[PostRow]:
    """Return the lines of these posts that the viewer may see, in their order."""
    return _rows(_with_subjects(posts), viewer_id)


def _page(posts: QuerySet[Post], viewer_id: int | None) -> Page[PostRow]:
    page = cut_page(_with_subjects(posts), PAGE_SIZE, lambda post: (post.pk,))
    return Page(_rows(page.items, viewer_id), page.next_cursor)


def _with_subjects(posts: QuerySet[Post]) -> QuerySet[Post]:
    """Join, in the same query, everything that a line shows of other posts and of users."""
    return posts.select_related(
        "author", "reply_to__author", "quote_of__author", "repost_of__author", "repost_of__quote_of__author",
        "repost_of__reply_to__author",
    )  # fmt: skip


def _once_each(posts: QuerySet[Post]) -> list[Post]:
    """Return the posts without repetitions.

    Several users may have reposted one post; a page shows it at its first place.
    """
    first: dict[int, Post] = {}
    for post in posts:
        first.setdefault(post.repost_of_id or post.pk, post)
    return list(first.values())


def _rows(posts: "Sequence[Post] | QuerySet[Post]", viewer_id: int | None) -> list[PostRow]:
    """Return lines for those of `posts` that the viewer may see, in the same order, in a constant number of queries."""
    authors = {post.author_id: post.author for line in posts for post in _told(line)}
    visible = visible_authors(list(authors.values()), viewer_id)
    shown = [line for line in posts if _is_shown(line, visible) and _is_shown(line.repost_of or line, visible)]
    subjects = [line.repost_of or line for line in shown]
    now = timezone.now()
    ids = [subject.pk for subject in subjects]
    cards = space_cards({post.space_id for line in shown for post in _told(line) if post.space_id}, viewer_id=viewer_id)
    clips = clips_by_id({post.clip_id for line in shown for post in _told(line) if post.clip_id}, user_id=viewer_id)
    pictures = pictures_by_post([post for subject in subjects for post in (subject, subject.quote_of) if post])
    liked = _ids(Like.objects.filter(user=viewer_id, post__in=ids), "post") if viewer_id else set()
    reposted = _ids(Post.objects.filter(author=viewer_id, repost_of__in=ids), "repost_of") if viewer_id else set()
    kept = _ids(Bookmark.objects.filter(user=viewer_id, post__in=ids), "post") if viewer_id else set()
    return [
        PostRow(
            id=line.pk,
            post=subject,
            reposted_by=line.author if line.repost_of else None,
            answers=subject.reply_to.author if subject.reply_to and _is_shown(subject.reply_to, visible) else None,
            quoted=_quoted(subject.quote_of, visible, cards, clips, pictures),
            card=cards.get(subject.space_id or 0),
            clip=clips.get(subject.clip_id or 0),
            pictures=pictures.get(subject.pk, []),
            is_liked=subject.pk in liked,
            is_reposted=subject.pk in reposted,
            is_bookmarked=subject.pk in kept,
            is_own=subject.author_id == viewer_id,
            may_edit=subject.author_id == viewer_id and is_editable(subject, now),
        )
        for line, subject in zip(shown, subjects, strict=True)
    ]


def _quoted(
    quote: Post | None,
    visible: set[int],
    cards: dict[int, SpaceCard],
    clips: dict[int, Clip],
    pictures: dict[int, list[PostPicture]],
) -> Quoted | None:
    if quote is None or not _is_shown(quote, visible):
        return None
    return Quoted(quote, cards.get(quote.space_id or 0), clips.get(quote.clip_id or 0), pictures.get(quote.pk, []))


def _subjects(line: Post) -> list[Post]:
    return [post for post in (line.reply_to, line.quote_of, line.repost_of) if post is not None]


def _hide_from(line: Post, visible: set[int]) -> None:
    if line.reply_to and not _is_shown(line.reply_to, visible):
        line.reply_to = None
    if line.quote_of and not _is_shown(line.quote_of, visible):
        line.quote_of = None


def _is_shown(post: Post, visible: set[int]) -> bool:
    """Return whether the viewer may see a post, given the authors that the viewer may see."""
    return post.author_id in visible and not post.taken_down


def _told(line: Post) -> list[Post]:
    """Return the post and every other post that its line shows."""
    subject = line.repost_of or line
    return [post for post in (line, subject, subject.quote_of, subject.reply_to) if post is not None]


def _ids(rows: QuerySet[Like] | QuerySet[Post] | QuerySet[Bookmark], field: str) -> set[int]:
    return set(rows.values_list(field, flat=True))
