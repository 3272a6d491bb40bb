"""Queries for posts pinned to a Space."""

from dataclasses import dataclass

from accounts.models import User
from accounts.paging import Page, cut_page, parse_cursor
from spaces import rules
from spaces.models import Space
from spaces.recordings.selectors import recording_for
from spaces.rules import Action, Sight
from spaces.selectors import get_shown_space
from spaces.selectors.sight import sight
from spaces.selectors.timeline import timeline as timeline_of
from timeline.models import PinnedPost, Post
from timeline.selectors.posts import PostRow, post_rows

SHOWN = 10
CHOICES = 10


@dataclass(frozen=True, slots=True)
class Pin:
    """A pinned post. `may_unpin` tells whether the viewer may remove it."""

    row: PostRow
    pinned_by: User
    may_unpin: bool


def pins(*, public_id: str, viewer_id: int | None) -> list[Pin]:
    """Return the ten newest pins that the viewer may see, newest first. Empty if the viewer may not see the stage.

    Raises `NotFound`.
    """
    space = get_shown_space(public_id)
    if sight(space=space, user_id=viewer_id) < Sight.STAGE:
        return []
    newest = list(PinnedPost.objects.filter(space=space).select_related("pinned_by").order_by("-pk")[:SHOWN])
    rows = post_rows(post_ids=[pin.post_id for pin in newest], viewer_id=viewer_id) if newest else {}
    may = _allowed(space, viewer_id) if rows else set()
    return [
        Pin(rows[pin.post_id], pin.pinned_by, may_unpin=_unpinning(pin, viewer_id) in may)
        for pin in newest
        if pin.post_id in rows
    ]


@dataclass(frozen=True, slots=True)
class ReplayPin:
    """A pinned post, and when in the replay it was pinned, in milliseconds."""

    row: PostRow
    at_ms: int


def replay_pins(*, public_id: str, user: User | None) -> list[ReplayPin]:
    """Return the pins that were set during the replay and that the user may see, oldest first. Raise `NotFound`.

    A pin that was removed while the Space was live is not among them.
    """
    recording = recording_for(public_id=public_id, user=user)
    clock = timeline_of(recording)
    rows = {pin.row.post.pk: pin.row for pin in pins(public_id=public_id, viewer_id=user.pk if user else None)}
    pinned = PinnedPost.objects.filter(space=recording.space, post__in=rows).order_by("pk")
    moments = [(rows[pin.post_id], clock.replay_ms(recording.space.clock_ms(pin.created_at))) for pin in pinned]
    return [ReplayPin(row, at_ms) for row, at_ms in moments if at_ms is not None]


def pinnable_posts(*, user: User) -> list[PostRow]:
    """Return the user's own latest ten posts, newest first, without replies and reposts.

    Empty for a protected account.
    """
    if user.protected:
        return []
    own = Post.objects.filter(author=user, is_reply=False, repost_of__isnull=True)
    ids = list(own.order_by("-pk").values_list("pk", flat=True)[:CHOICES])
    rows = post_rows(post_ids=ids, viewer_id=user.pk)
    return [rows[pk] for pk in ids]


def shared_posts(
    *, public_id: str, viewer_id: int | None, cursor: str | None = None, limit: int = SHOWN
) -> Page[PostRow]:
    """Return a page of all pinned posts, newest pin first. Raises `NotFound`, `BadInput` `bad_cursor`.

    Posts that the viewer may not see are left out, so a page may hold fewer than `limit`.
    """
    space = get_shown_space(public_id)
    if sight(space=space, user_id=viewer_id) < Sight.STAGE:
        return Page([], None)
    found = PinnedPost.objects.filter(space=space).order_by("-pk")
    if cursor is not None:
        found = found.filter(pk__lt=parse_cursor(cursor, parts=1)[0])
    page = cut_page(found, limit, lambda pin: (pin.pk,))
    rows = post_rows(post_ids=[pin.post_id for pin in page.items], viewer_id=viewer_id)
    return Page([rows[pin.post_id] for pin in page.items if pin.post_id in rows], page.next_cursor)


def _allowed(space: Space, viewer_id: int | None) -> set[Action]:
    place = None if viewer_id is None else space.participants.of(viewer_id)
    return set(rules.allowed(space=space, actor=place, actions=(Action.UNPIN, Action.UNPIN_OTHER)))


def _unpinning(pin: PinnedPost, viewer_id: int | None) -> Action:
    return Action.UNPIN if pin.pinned_by_id == viewer_id else Action.UNPIN_OTHER
