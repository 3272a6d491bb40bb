"""The captions and comments as moderators see them: sources of `spaces.moderation.evidence`."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from captions import services
from captions.models import Comment, Utterance
from captions.states import UtteranceState
from spaces.moderation.evidence import EvidenceLine
from spaces.states import Subject

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User


class Utterances:
    """A `spaces.moderation.evidence.Source`; ids of lines are those of utterances."""

    subject = Subject.CAPTION

    def line(self, *, space_id: int, line_id: int) -> EvidenceLine | None:
        found = _said().filter(space=space_id, pk=line_id).first()
        return _line(found) if found else None

    def lines(self, *, space_id: int, first_ms: int, last_ms: int, most: int) -> list[EvidenceLine]:
        around = _said().filter(space=space_id, start_ms__range=(first_ms, last_ms))
        return [_line(utterance) for utterance in around.order_by("start_ms", "id")[:most]]

    def export(self, *, space_id: int) -> Iterable[dict[str, Any]]:
        for utterance in _said().filter(space=space_id).order_by("start_ms", "id").iterator(2000):
            yield _row(utterance) | {"speaker": utterance.speaker.username}

    def export_of(self, *, user_id: int) -> Iterable[dict[str, Any]]:
        for utterance in _said().filter(speaker=user_id).select_related("space").order_by("id").iterator(2000):
            yield _row(utterance) | {"space": utterance.space.public_id}

    def redact(self, *, line_id: int, user: "User", reason: str) -> None:
        services.redact(utterance_id=line_id, user=user, reason=reason)

    def restore(self, *, line_id: int) -> None:
        services.restore(utterance_id=line_id)


class Comments:
    """A `spaces.moderation.evidence.Source`; ids of lines are those of comments. A removed one has no text."""

    subject = Subject.COMMENT

    def line(self, *, space_id: int, line_id: int) -> EvidenceLine | None:
        found = _written().filter(space=space_id, pk=line_id).first()
        return _comment(found) if found else None

    def lines(self, *, space_id: int, first_ms: int, last_ms: int, most: int) -> list[EvidenceLine]:
        around = _written().filter(space=space_id, clock_ms__range=(first_ms, last_ms))
        return [_comment(comment) for comment in around.order_by("clock_ms", "id")[:most]]

    def export(self, *, space_id: int) -> Iterable[dict[str, Any]]:
        for comment in _written().filter(space=space_id).order_by("id").iterator(2000):
            yield _comment_row(comment) | {"author": comment.author.username}

    def export_of(self, *, user_id: int) -> Iterable[dict[str, Any]]:
        for comment in _written().filter(author=user_id).select_related("space").order_by("id").iterator(2000):
            yield _comment_row(comment) | {"space": comment.space.public_id}

    def redact(self, *, line_id: int, user: "User", reason: str) -> None:
        services.redact_comment(comment_id=line_id, user=user, reason=reason)

    def restore(self, *, line_id: int) -> None:
        services.restore_comment(comment_id=line_id)


def _written() -> "QuerySet[Comment]":
    return Comment.objects.select_related("author")


def _comment(comment: Comment) -> EvidenceLine:
    author = comment.author
    text = "" if comment.removed_at else comment.text
    return EvidenceLine(comment.pk, author.pk, author.name, text, comment.clock_ms, Subject.COMMENT)


def _comment_row(comment: Comment) -> dict[str, Any]:
    return {field: getattr(comment, field) for field in ("clock_ms", "text", "created_at", "removed_at")}


def _said() -> "QuerySet[Utterance]":
    return Utterance.objects.filter(state=UtteranceState.FINAL).select_related("speaker")


def _line(utterance: Utterance) -> EvidenceLine:
    speaker = utterance.speaker
    return EvidenceLine(utterance.pk, speaker.pk, speaker.name, utterance.text, utterance.start_ms)


def _row(utterance: Utterance) -> dict[str, Any]:
    fields = ("start_ms", "end_ms", "text", "language")
    return {field: getattr(utterance, field) for field in fields}
