"""Comments: lines that participants write beside the captions. The rules of who may are those of the Space."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Block
from accounts.selectors import between
from captions.comments import CommentLine, comment_line
from captions.events import publish_comment, publish_comment_removed
from captions.models import COMMENT_LENGTH, Comment
from spaces import rules
from spaces.models import Space
from spaces.moderation.services import flag_comment
from spaces.rules import Action
from spaces.selectors import get_space
from spaces.services.space_change import space_change
from spaces.states import LogKind
from spaces_project.common.errors import BadInput, NotFound
from spaces_project.common.limits import spend
from spaces_project.common.text import clean_line

if TYPE_CHECKING:
    from accounts.models import User

MOST, WINDOW = 10, timedelta(seconds=30)
MOST_IN_SPACE, SPACE_WINDOW = 40, timedelta(seconds=10)
"""Each comment is one frame for every socket of the Space, as reactions are, of which there are four a second."""


def write_comment(*, public_id: str, user: "User", text: str) -> CommentLine:
    """Write a comment, which everyone in the Space reads at once. Errors: what the rules say, `comments_off`,
    `bad_text`, `too_long`, `too_many`.

    The Space's row is locked, so that a person who is being removed does not comment a moment later.
    """
    words = _checked(text)
    spend(what="comment", user_id=user.pk, limit=MOST, window=WINDOW)
    with transaction.atomic():
        space = _locked(public_id)
        participant = space.participants.of(user.pk)
        rules.require(Action.COMMENT, space=space, actor=participant)
        if participant is None:
            raise rules.not_in_space()
        spend(what="comments_in", user_id=public_id, limit=MOST_IN_SPACE, window=SPACE_WINDOW)
        now = timezone.now()
        comment = Comment.objects.create(
            space=space, author=participant.user, text=words, clock_ms=space.clock_ms(now), created_at=now
        )
    line = comment_line(comment)
    publish_comment(public_id, line, hidden_from=_hidden_from(space, user.pk))
    flag_comment(space_id=space.pk, comment_id=comment.pk, text=words)
    return line


def remove_comment(*, public_id: str, user: "User", comment_id: int) -> None:
    """Take a comment out of sight, on all pages at once: one's own, or for hosts any. Repeatable. Errors: what the
    rules say, `not_found`."""
    with space_change(public_id) as change:
        comment = Comment.objects.select_related("author").filter(pk=comment_id, space=change.space).first()
        if comment is None or comment.author_id != user.pk:
            change.actor(user, Action.REMOVE_COMMENT)
        if comment is None:
            raise _no_comment()
        if not _hide(comment, by=user):
            return
        change.log(LogKind.COMMENT_REMOVED, actor=user, target=comment.author)


def allow_comments(*, public_id: str, user: "User", allowed: bool) -> None:
    """Set whether participants may comment. Comments that were written stay. Repeatable. Errors: what the rules say."""
    with space_change(public_id) as change:
        change.actor(user, Action.ALLOW_COMMENTS)
        if change.space.comments_allowed == allowed:
            return
        change.store(comments_allowed=allowed)
        change.log(LogKind.COMMENTS_ON if allowed else LogKind.COMMENTS_OFF, actor=user)
        change.space_changed()


def redact_comment(*, comment_id: int, user: "User", reason: str = "") -> None:
    """Take a comment out of sight as a moderator. Repeatable. Errors: those of `require_operator`, `not_found`."""
    rules.require_operator(user)
    found = Comment.objects.select_related("space", "author").filter(pk=comment_id).first()
    if found is None:
        raise _no_comment()
    with space_change(found.space.public_id) as change:
        if _hide(found, by=user):
            change.log(LogKind.COMMENT_REMOVED, actor=user, target=found.author, reason=reason)


def restore_comment(*, comment_id: int) -> None:
    """Show a comment again, on pages that are opened from now on. Repeatable."""
    Comment.objects.filter(pk=comment_id).update(removed_at=None, removed_by=None)


def _hide(comment: Comment, *, by: "User") -> bool:
    """Mark the comment as removed, and tell all pages after the commit. Return False if it was removed before."""
    shown = Comment.objects.filter(pk=comment.pk, removed_at=None)
    if not shown.update(removed_at=timezone.now(), removed_by=by):
        return False
    transaction.on_commit(lambda: publish_comment_removed(comment.space.public_id, comment.pk))
    return True


def _locked(public_id: str) -> Space:
    get_space(public_id)
    return Space.objects.select_for_update(of=("self",)).select_related("host", "acting_host").get(public_id=public_id)


def _hidden_from(space: Space, author_id: int) -> list[int]:
    """Return the ids of the participants whom a block parts from the author."""
    blocked = Block.objects.filter(between(author_id, OuterRef("user")))
    return list(space.participants.active().filter(Exists(blocked)).values_list("user_id", flat=True))


def _checked(text: str) -> str:
    words = clean_line(text, limit=COMMENT_LENGTH)
    if not words or len(words) > COMMENT_LENGTH:
        raise BadInput(
            "bad_text",
            _("Write 1 to {limit} characters.").format(limit=COMMENT_LENGTH),
            field="text",
            max=COMMENT_LENGTH,
        )
    return words


def _no_comment() -> NotFound:
    return NotFound("not_found", _("There is no such comment."))
