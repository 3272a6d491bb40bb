"""What has a hashtag: posts, newest first, and Spaces that are live or to come."""

from accounts.paging import Page, parse_cursor
from spaces.models import Space
from spaces.states import SpaceState
from timeline.links import tag_key, tags_in
from timeline.models import Post, PostTag
from timeline.selectors.cards import SpaceCard, space_cards
from timeline.selectors.posts import PAGE_SIZE, PostRow, rows_of

SPACES = 10
"""The most Spaces on the page of a hashtag."""


def tagged_posts(*, tag: str, viewer_id: int | None, cursor: str | None = None) -> Page[PostRow]:
    """Return a page of the posts with this hashtag that the viewer may see, newest first. Raises `BadInput`
    `bad_cursor`."""
    found = PostTag.objects.filter(tag=tag_key(tag)).order_by("-post")
    if cursor is not None:
        found = found.filter(post__lt=parse_cursor(cursor, parts=1)[0])
    ids = list(found.values_list("post", flat=True)[: PAGE_SIZE + 1])
    posts = Post.objects.filter(pk__in=ids[:PAGE_SIZE]).order_by("-pk")
    return Page(rows_of(posts, viewer_id), str(ids[PAGE_SIZE - 1]) if len(ids) > PAGE_SIZE else None)


def tagged_spaces(*, tag: str, viewer_id: int | None) -> list[SpaceCard]:
    """Return the live and the coming Spaces with this hashtag in their title, live ones first."""
    key = tag_key(tag)
    now = Space.objects.filter(state__in=(SpaceState.LIVE, SpaceState.SCHEDULED), title__contains="#")
    titles = now.order_by("state", "scheduled_start", "-pk").values_list("pk", "title")
    ids = [pk for pk, title in titles if key in tags_in(title)][:SPACES]
    cards = space_cards(ids, viewer_id=viewer_id)
    return [cards[pk] for pk in ids if pk in cards]
