"""What there was to see around a moment, and how long it is held.

Apps above this one keep evidence of their own (captions, later recordings): they hand it in with `register`, and ask
`spaces.retention.held` before they delete anything.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from django.db.models import Q
from django.utils import timezone

from spaces.duties import APPEAL_WITHIN
from spaces.models import LogEntry, Report, Space
from spaces.retention import KEPT_WHILE_HELD, holder
from spaces.states import AppealState, ReportState
from spaces_project.common.errors import NotFound

if TYPE_CHECKING:
    from accounts.models import User

AROUND = timedelta(minutes=2)
"""Either side of the moment."""
MOST = 200
"""Lines of one kind on one page."""


@dataclass(frozen=True, slots=True)
class Line:
    """Something said: `id` is the owner's, the times are on the Space's clock."""

    id: int
    speaker_id: int | None
    speaker: str
    text: str
    clock_ms: int


class Source(Protocol):
    """Who keeps what was said."""

    def line(self, *, space_id: int, line_id: int) -> Line | None: ...

    def lines(self, *, space_id: int, first_ms: int, last_ms: int, most: int) -> list[Line]: ...

    def export(self, *, space_id: int) -> Iterable[dict[str, Any]]:
        """Every line as JSON-ready rows."""
        ...

    def export_of(self, *, user_id: int) -> Iterable[dict[str, Any]]:
        """Every line of one person."""
        ...

    def redact(self, *, line_id: int, user: "User", reason: str) -> None:
        """Out of sight, everywhere at once; the original stays with the source."""
        ...

    def restore(self, *, line_id: int) -> None:
        """Puts it back. Repeatable."""
        ...


_sources: list[Source] = []


def register(source: Source) -> None:
    """Once, by the app that keeps captions, when it is ready."""
    _sources.append(source)


def forget(source: Source) -> None:
    _sources.remove(source)


def sources() -> tuple[Source, ...]:
    return tuple(_sources)


def caption(*, space_id: int, line_id: int) -> tuple[Source, Line]:
    """Raises `NotFound`."""
    for source in _sources:
        if line := source.line(space_id=space_id, line_id=line_id):
            return source, line
    raise NotFound("not_found", "There is no such caption.")


# --- Around a moment --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Evidence:
    log: list[LogEntry]
    lines: list[Line]
    first_ms: int
    last_ms: int


def around(space: Space, clock_ms: int) -> Evidence:
    """The log and what was said, two minutes either side; bounded, whatever the Space's size."""
    margin = int(AROUND.total_seconds() * 1000)
    first, last = max(0, clock_ms - margin), clock_ms + margin
    entries = space.log.filter(clock_ms__range=(first, last)).select_related("actor", "target")
    said = [
        line for source in _sources for line in source.lines(space_id=space.pk, first_ms=first, last_ms=last, most=MOST)
    ]
    return Evidence(list(entries.order_by("clock_ms", "id")[:MOST]), said, first, last)


def shown(*, space: Space | None, person: "User | None", line: Line | None) -> dict[str, Any]:
    """Names and titles as they are now, for a report to keep."""
    found: dict[str, Any] = {}
    if space is not None:
        holders = space.participants.with_mic().select_related("user").order_by("id")
        stage = [{"username": holder.user.username, "role": holder.role} for holder in holders]
        host = space.host.username
        found["space"] = {"id": space.public_id, "title": space.title, "host": host, "state": space.state}
        found["stage"] = stage
    if person is not None:
        found["person"] = {
            "username": person.username,
            "name": person.display_name,
            "bio": person.bio,
            "avatar": person.avatar.name or "",
        }
    if line is not None:
        found["caption"] = {"id": line.id, "speaker": line.speaker, "text": line.text, "clock_ms": line.clock_ms}
    return found


# --- Held against purge -----------------------------------------------------------------------------------------------


@holder
def held_by_reports(space_ids: Collection[int], *, now: datetime | None = None) -> set[int]:
    """Of which of these Spaces nothing may be deleted. In one query, however many they are.

    An open report holds, and a decided one while there may be, or is, an appeal; but none for longer than
    `KEPT_WHILE_HELD`.
    """
    moment = now or timezone.now()
    young = Report.objects.filter(space__in=space_ids, created_at__gt=moment - KEPT_WHILE_HELD)
    appealed = Q(decisions__appeal__state=AppealState.OPEN)
    recent = Q(decided_at__gt=moment - APPEAL_WITHIN)
    holding = young.filter(Q(state=ReportState.OPEN) | recent | appealed)
    return {space_id for space_id in holding.values_list("space_id", flat=True) if space_id is not None}
