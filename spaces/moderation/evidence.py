"""The evidence around a moment in a Space, and how long it is held.

Apps above this one keep evidence of their own (captions, later recordings). They register it with `register`, and ask
`spaces.moderation.retention.held` before they delete anything.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from spaces.models import Clip, LogEntry, Report, Space
from spaces.moderation.retention import KEPT_WHILE_HELD, holder
from spaces.rules.powers import APPEAL_WITHIN
from spaces.states import AppealState, ReportState, Subject
from spaces_project.common.errors import NotFound

if TYPE_CHECKING:
    from accounts.models import User

AROUND = timedelta(minutes=2)
"""Taken on either side of the moment."""
MOST = 200
"""The most lines of one kind on one page."""


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One line that was said. `id` is the id in the app that keeps it; the time is in milliseconds since the Space
    started."""

    id: int
    speaker_id: int | None
    speaker: str
    text: str
    clock_ms: int
    subject: Subject = Subject.CAPTION
    """`COMMENT` for a line that was written. Ids are unique among lines of one subject."""


class Source(Protocol):
    """An app that keeps what was said, or written."""

    subject: Subject
    """What its lines are."""

    def line(self, *, space_id: int, line_id: int) -> EvidenceLine | None: ...

    def lines(self, *, space_id: int, first_ms: int, last_ms: int, most: int) -> list[EvidenceLine]: ...

    def export(self, *, space_id: int) -> Iterable[dict[str, Any]]:
        """Yield every line of the Space as a row ready for JSON."""
        ...

    def export_of(self, *, user_id: int) -> Iterable[dict[str, Any]]:
        """Yield every line of one user as a row ready for JSON."""
        ...

    def redact(self, *, line_id: int, user: "User", reason: str) -> None:
        """Hide the line everywhere at once. The source keeps the original."""
        ...

    def restore(self, *, line_id: int) -> None:
        """Put the line back. Repeatable."""
        ...


_sources: list[Source] = []


def register(source: Source) -> None:
    """Add a source. The app that keeps captions calls this once, when it is ready."""
    _sources.append(source)


def forget(source: Source) -> None:
    """Remove a source again."""
    _sources.remove(source)


def sources() -> tuple[Source, ...]:
    """Return all sources."""
    return tuple(_sources)


def line_of(subject: str, *, space_id: int, line_id: int) -> tuple[Source, EvidenceLine]:
    """Return the caption or comment, and the source that keeps it. Raise `NotFound` if no source has it."""
    for source in _sources:
        if source.subject != subject:
            continue
        if line := source.line(space_id=space_id, line_id=line_id):
            return source, line
    words = _("There is no such caption.") if subject == "caption" else _("There is no such comment.")
    raise NotFound("not_found", words)


# --- Posts ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReportedPost:
    """A post as a report keeps it. `pictures` are their descriptions, of which some may be empty."""

    id: int
    author: "User"
    text: str
    pictures: list[str]
    url: str


class Posts(Protocol):
    """The app above that keeps posts. It registers itself with `register_posts`."""

    def post(self, *, post_id: int, viewer_id: int) -> ReportedPost:
        """Return the post or, for a repost, the original. Raise `NotFound` if the viewer may not see it."""
        ...

    def take_down(self, *, post_id: int, taken_down: bool) -> bool:
        """Hide the post from everyone, or put it back. Return False if nothing was changed."""
        ...


_posts: list[Posts] = []


def register_posts(posts: Posts) -> None:
    """Let posts be reported. The app that keeps them calls this once, when it is ready."""
    _posts.append(posts)


def posts() -> Posts:
    """Return the app that keeps posts. Raise `NotFound` on a site without one."""
    if not _posts:
        raise NotFound("not_found", _("This post is not available."))
    return _posts[0]


# --- Around a moment --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Evidence:
    """The log and the lines around a moment. `first_ms` and `last_ms` are milliseconds since the Space started."""

    log: list[LogEntry]
    lines: list[EvidenceLine]
    first_ms: int
    last_ms: int


def around(space: Space, clock_ms: int) -> Evidence:
    """Return the log, and what was said, up to two minutes before and after the moment. The result is bounded, however
    large the Space is."""
    margin = int(AROUND.total_seconds() * 1000)
    first, last = max(0, clock_ms - margin), clock_ms + margin
    entries = space.log.filter(clock_ms__range=(first, last)).select_related("actor", "target")
    said = [
        line for source in _sources for line in source.lines(space_id=space.pk, first_ms=first, last_ms=last, most=MOST)
    ]
    said.sort(key=lambda line: line.clock_ms)
    return Evidence(list(entries.order_by("clock_ms", "id")[:MOST]), said, first, last)


def shown(
    *,
    space: Space | None,
    person: "User | None",
    line: EvidenceLine | None,
    clip: Clip | None = None,
    post: ReportedPost | None = None,
) -> dict[str, Any]:
    """Return names and titles as they are now, for a report to keep."""
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
    if clip is not None:
        found["clip"] = {"id": clip.public_id, "title": clip.title, "length_ms": clip.length_ms}
    if post is not None:
        found["post"] = {"id": post.id, "text": post.text, "pictures": post.pictures}
    return found


# --- Held against purge -----------------------------------------------------------------------------------------------


@holder
def held_by_reports(space_ids: Collection[int], *, now: datetime | None = None) -> set[int]:
    """Return the ids of Spaces from which nothing may be deleted. It takes one query, however many Spaces are asked
    about.

    A report holds its Space while it is open. A decided report does so while an appeal is open or still possible. No
    report holds for longer than `KEPT_WHILE_HELD`.
    """
    moment = now or timezone.now()
    young = Report.objects.filter(space__in=space_ids, created_at__gt=moment - KEPT_WHILE_HELD)
    appealed = Q(decisions__appeal__state=AppealState.OPEN)
    recent = Q(decided_at__gt=moment - APPEAL_WITHIN)
    holding = young.filter(Q(state=ReportState.OPEN) | recent | appealed)
    return {space_id for space_id in holding.values_list("space_id", flat=True) if space_id is not None}
