"""What was said, as moderators see it: the captions' side of `spaces.evidence`."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from captions import services
from captions.models import Utterance
from captions.states import UtteranceState
from spaces.evidence import Line

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User


class Utterances:
    """A `spaces.evidence.Source`; ids of lines are those of utterances."""

    def line(self, *, space_id: int, line_id: int) -> Line | None:
        found = _said().filter(space=space_id, pk=line_id).first()
        return _line(found) if found else None

    def lines(self, *, space_id: int, first_ms: int, last_ms: int, most: int) -> list[Line]:
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


def _said() -> "QuerySet[Utterance]":
    return Utterance.objects.filter(state=UtteranceState.FINAL).select_related("speaker")


def _line(utterance: Utterance) -> Line:
    speaker = utterance.speaker
    return Line(utterance.pk, speaker.pk, speaker.name, utterance.text, utterance.start_ms)


def _row(utterance: Utterance) -> dict[str, Any]:
    fields = ("start_ms", "end_ms", "text", "language")
    return {field: getattr(utterance, field) for field in fields}
