"""Reads of comments. What a reader may not see is never returned."""

from typing import TYPE_CHECKING

import msgspec
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from accounts.models import Block, Mute
from accounts.selectors import between
from captions import masking
from captions.models import Comment
from spaces.events import wire
from spaces.models import Participant
from spaces.selectors import get_shown_space
from spaces.selectors.sight import require_reader
from spaces_project.common.errors import BadInput
from spaces_project.common.ids import parse_id

if TYPE_CHECKING:
    from accounts.models import User

PAGE = 50


class CommentLine(msgspec.Struct, frozen=True, kw_only=True):
    """A comment as readers see it. `clock_ms` is the time since the Space's start."""

    id: str
    person: wire.Person
    text: str
    clock_ms: int


class CommentLines(msgspec.Struct, frozen=True, kw_only=True):
    """One page of comments, oldest first. `previous` leads to earlier ones."""

    comments: list[CommentLine]
    previous: str | None


def comments(*, public_id: str, user: "User", before: str | None = None) -> CommentLines:
    """Return the latest comments, or those before an earlier `previous`, for a user who may read what is said.

    Left out are removed comments, and those of closed accounts, of people who were removed from the Space, of people
    whom a block parts from the reader, and of people whom the reader has muted. Raise what the rules say, `NotFound` or
    `bad_cursor`.
    """
    space = get_shown_space(public_id)
    require_reader(space=space, user=user)
    removed = Participant.objects.filter(space=space, user=OuterRef("author"), removed_at__isnull=False)
    blocked = Block.objects.filter(between(user.pk, OuterRef("author")))
    muted = Mute.objects.filter(muter=user.pk, muted=OuterRef("author"))
    rows = Comment.objects.filter(space=space, removed_at=None, author__is_active=True)
    rows = rows.filter(~Exists(removed), ~Exists(blocked), ~Exists(muted)).select_related("author").order_by("-id")
    if before is not None:
        rows = rows.filter(pk__lt=_position(before))
    found = list(rows[: PAGE + 1])
    mask = masking.current()
    lines = [comment_line(comment, mask) for comment in reversed(found[:PAGE])]
    return CommentLines(comments=lines, previous=str(found[PAGE - 1].pk) if len(found) > PAGE else None)


def comment_line(comment: Comment, mask: masking.Mask | None = None) -> CommentLine:
    """Return the comment as readers see it. Reads `comment.author`."""
    words = (mask or masking.current()).hide(comment.text)
    return CommentLine(id=str(comment.pk), person=wire.person(comment.author), text=words, clock_ms=comment.clock_ms)


def _position(before: str) -> int:
    position = parse_id(before)
    if position is None:
        raise BadInput("bad_cursor", _("This pagination token is not valid."))
    return position
