"""The `/2/tweets…`, timeline and bookmark views: X's reads of posts, posting, deleting and bookmarking."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from msgspec import UNSET, structs
from rest_framework.request import Request

from accounts.api.v2.objects import UserPath
from accounts.api.v2.views import require_self
from accounts.api.views import ApiRequest, XView, viewer_id
from accounts.models import User
from accounts.selectors import sees_author
from spaces.doors.api.v2.objects import SpacePath
from spaces.models import Space
from spaces_project.common.api import paging
from spaces_project.common.api.kinds import instant, number
from spaces_project.common.api.operations import operation
from spaces_project.common.api.problems import BadRequest, about, not_authorized, not_found
from spaces_project.common.api.scopes import Scope
from timeline import services
from timeline.api.v2.objects import (
    BookmarkAnswer,
    BookmarkBody,
    Bookmarked,
    BookmarkPath,
    CreatedAnswer,
    CreatedPost,
    Deleted,
    DeletedAnswer,
    FoundPost,
    FoundPosts,
    NewPost,
    PagedQuery,
    PostPage,
    PostPath,
    PostQuery,
    PostsQuery,
    TimelineMeta,
    TimelineQuery,
    XPost,
)
from timeline.api.v2.reads import read_posts
from timeline.models import Bookmark, Post
from timeline.selectors.home import first_id_since, home_ids
from timeline.selectors.posts import shared_in

TAG, BOOKMARKS = "Tweets", "Bookmarks"
READ = (Scope.TWEET_READ, Scope.USERS_READ)


class PostById(XView):
    @operation("findTweetById", tag=TAG, scopes=READ, needs_user=False)
    def get(self, request: Request, path: PostPath, query: PostQuery) -> FoundPost:
        """Get a post by id."""
        read = read_posts([number(path.id)], query, viewer_id(request))
        if not read.posts:
            return FoundPost(errors=[not_found("tweet", "id", path.id)])
        return FoundPost(data=read.posts[0], includes=read.includes)

    @operation("deleteTweetById", tag=TAG, scopes=(Scope.TWEET_WRITE, *READ), errors=(404,))
    def delete(self, request: ApiRequest, path: PostPath) -> DeletedAnswer:
        """Delete your own post."""
        services.delete_post(user=request.user, post_id=number(path.id))
        return DeletedAnswer(Deleted(deleted=True))


class Posts(XView):
    @operation("findTweetsById", tag=TAG, scopes=READ, needs_user=False)
    def get(self, request: Request, query: PostsQuery) -> FoundPosts:
        """Get up to 100 posts by id, in the order of the ids."""
        wanted = dict.fromkeys(query.ids)
        read = read_posts([number(pk) for pk in wanted], query, viewer_id(request))
        by_id = {post.id: post for post in read.posts}
        data = [by_id[pk] for pk in wanted if pk in by_id]
        missing = [not_found("tweet", "ids", pk) for pk in wanted if pk not in by_id]
        return FoundPosts(data=data or UNSET, includes=read.includes, errors=missing or UNSET)

    @operation("createTweet", tag=TAG, scopes=(Scope.TWEET_WRITE, *READ), status=201, creates=True, errors=(404,))
    def post(self, request: ApiRequest, body: NewPost) -> CreatedAnswer:
        """Create a post, optionally as a reply or a quote."""
        _require_possible(body)
        with about("text", body.text):
            post = services.create_post(
                author=request.user,
                text=body.text,
                reply_to_id=number(body.reply.in_reply_to_tweet_id) if body.reply else None,
                quote_of_id=number(body.quote_tweet_id) if body.quote_tweet_id else None,
            )
        return CreatedAnswer(CreatedPost(str(post.pk), post.text))


class PostsOfUser(XView):
    @operation("usersIdTweets", tag=TAG, scopes=READ, needs_user=False)
    def get(self, request: Request, path: UserPath, query: TimelineQuery) -> PostPage:
        """List the posts of a user, latest first."""
        author = User.objects.filter(pk=number(path.id), is_active=True).first()
        if author is None:
            return PostPage(errors=[not_found("user", "id", path.id)], meta=TimelineMeta(result_count=0))
        if not sees_author(author, viewer_id(request)):
            return PostPage(errors=[not_authorized("user", "id", path.id)], meta=TimelineMeta(result_count=0))
        posts = _chosen(Post.objects.filter(author=author), query)
        return _page(posts, query, viewer_id(request))


class HomeTimeline(XView):
    @operation("usersIdTimeline", tag=TAG, scopes=READ)
    def get(self, request: ApiRequest, path: UserPath, query: TimelineQuery) -> PostPage:
        """List your own home timeline, latest first, without the people and words that you muted."""
        require_self(request, path.id)
        at = paging.place(query.pagination_token)
        if at is not None and at.back:
            return _page(_newer(request.user, at.row, query), query, request.user.pk, at=at, unmuted=True)
        before = _lowest(at.row if at else None, _bound(query.until_id, query.end_time, "end_time"))
        ids = _home_ids(request.user, before, query, limit=query.max_results + 1)
        return _page(_chosen(Post.objects.filter(pk__in=ids), query), query, request.user.pk, at=at, unmuted=True)


class PostsOfSpace(XView):
    @operation("spaceTweets", tag="Spaces", scopes=(Scope.SPACE_READ, *READ), needs_user=False)
    def get(self, request: Request, path: SpacePath, query: PagedQuery) -> PostPage:
        """List the posts shared in a Space, latest first."""
        space = Space.objects.filter(public_id=path.id).first()
        if space is None:
            return PostPage(errors=[not_found("space", "id", path.id)], meta=TimelineMeta(result_count=0))
        return _page(shared_in(space, viewer_id=viewer_id(request)), query, viewer_id(request))


class Bookmarks(XView):
    @operation("getUsersIdBookmarks", tag=BOOKMARKS, scopes=(Scope.BOOKMARK_READ, *READ))
    def get(self, request: ApiRequest, path: UserPath, query: PagedQuery) -> PostPage:
        """List your bookmarks, the one added last first.

        Bookmarks of posts that you may no longer see are left out.
        """
        require_self(request, path.id)
        rows = Bookmark.objects.filter(user=request.user).values_list("pk", "post")
        found = paging.page(rows, paging.place(query.pagination_token), query.max_results, key=lambda row: int(row[0]))
        kept = [post_id for _, post_id in found.rows]
        read = read_posts(kept, query, request.user.pk)
        by_id = {post.id: post for post in read.posts}
        data = [by_id[str(post_id)] for post_id in kept if str(post_id) in by_id]
        return PostPage(data=data or UNSET, includes=read.includes, meta=_meta(data, found))

    @operation("postUsersIdBookmarks", tag=BOOKMARKS, scopes=(Scope.BOOKMARK_WRITE, *READ), errors=(404,))
    def post(self, request: ApiRequest, path: UserPath, body: BookmarkBody) -> BookmarkAnswer:
        """Add a bookmark of a post. For a repost, it is one of the original."""
        require_self(request, path.id)
        services.bookmark_post(user=request.user, post_id=number(body.tweet_id))
        return BookmarkAnswer(Bookmarked(bookmarked=True))


class OneBookmark(XView):
    @operation("usersIdBookmarksDelete", tag=BOOKMARKS, scopes=(Scope.BOOKMARK_WRITE, *READ))
    def delete(self, request: ApiRequest, path: BookmarkPath) -> BookmarkAnswer:
        """Remove a bookmark."""
        require_self(request, path.id)
        services.unbookmark_post(user=request.user, post_id=number(path.tweet_id))
        return BookmarkAnswer(Bookmarked(bookmarked=False))


def _newer(user: User, row: int, query: TimelineQuery) -> QuerySet[Post]:
    """Return all home timeline posts above a post. Their number is bounded by what a page may show."""
    before = _bound(query.until_id, query.end_time, "end_time")
    ids = _home_ids(user, before, query, limit=10 * query.max_results)
    return _chosen(Post.objects.filter(pk__in=[pk for pk in ids if pk > row]), query)


def _home_ids(user: User, before: int | None, query: TimelineQuery, *, limit: int) -> list[int]:
    return home_ids(user=user, before=before, limit=limit, reposts="retweets" not in query.exclude)


def _bound(until_id: str, end_time: str, parameter: str) -> int | None:
    """Return the id below which a timeline begins, or None. Ids grow with time, and a home timeline is read by ids."""
    by_time = first_id_since(instant(end_time, parameter)) if end_time else None
    return _lowest(number(until_id) if until_id else None, by_time)


def _lowest(*ids: int | None) -> int | None:
    return min((pk for pk in ids if pk is not None), default=None)


_SWITCHES = ("for_super_followers_only", "made_with_ai", "nullcast", "paid_partnership", "share_with_followers")


def _require_possible(body: NewPost) -> None:
    """Raise `BadRequest` for options that posts here do not have.

    Without them the post would not be what the program asked for.
    """
    wanted = [name for name in _SWITCHES if getattr(body, name)]
    if wanted:
        raise BadRequest(f"Posts here cannot be {wanted[0]}.", {name: ["true"] for name in wanted})


def _chosen(posts: QuerySet[Post], query: TimelineQuery) -> QuerySet[Post]:
    steps: list[tuple[bool, Callable[[QuerySet[Post]], QuerySet[Post]]]] = [
        ("replies" in query.exclude, lambda found: found.filter(is_reply=False)),
        ("retweets" in query.exclude, lambda found: found.filter(repost_of=None)),
        (bool(query.since_id), lambda found: found.filter(pk__gt=number(query.since_id))),
        (bool(query.until_id), lambda found: found.filter(pk__lt=number(query.until_id))),
        (bool(query.start_time), lambda found: found.filter(created_at__gte=instant(query.start_time, "start_time"))),
        (bool(query.end_time), lambda found: found.filter(created_at__lt=instant(query.end_time, "end_time"))),
    ]
    for wanted, step in steps:
        posts = step(posts) if wanted else posts
    return posts


def _page(
    posts: QuerySet[Post],
    query: PagedQuery,
    viewer: int | None,
    *,
    at: paging.Place | None = None,
    unmuted: bool = False,
) -> PostPage:
    where = at or paging.place(query.pagination_token)
    found = paging.page(posts.values_list("pk", flat=True), where, query.max_results, key=int)
    read = read_posts(list(found.rows), query, viewer, unmuted=unmuted)
    meta = structs.replace(
        _meta(read.posts, found),
        newest_id=read.posts[0].id if read.posts else UNSET,
        oldest_id=read.posts[-1].id if read.posts else UNSET,
    )
    return PostPage(data=read.posts or UNSET, includes=read.includes, meta=meta)


def _meta(posts: list[XPost], found: paging.Slice[Any]) -> TimelineMeta:
    return TimelineMeta(
        result_count=len(posts),
        next_token=found.next_token or UNSET,
        previous_token=found.previous_token or UNSET,
    )
