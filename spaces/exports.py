"""Exports of a Space or of an account, as rows ready for JSON. Apps above add sections with `register`."""

import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder

from spaces import evidence, selectors
from spaces.models import LogEntry, Participant
from spaces_project.common.threads import in_thread

if TYPE_CHECKING:
    from accounts.models import User

Row = dict[str, Any]
PAGE = 2000

_sections: dict[str, Callable[["User"], Iterable[Row]]] = {}


def register(name: str, rows: Callable[["User"], Iterable[Row]]) -> None:
    """Add a section to `account_rows`. The app that owns it calls this when it is ready."""
    _sections[name] = rows


def as_json(value: Any, **options: Any) -> str:
    """Return the value as JSON text, with dates in ISO 8601."""
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, **options)


# --- A Space ----------------------------------------------------------------------------------------------------------


def space_rows(public_id: str) -> Iterator[Row]:
    """Yield the Space, its participants, its log and its captions, one row each, with the key `type`. Raise
    `NotFound`."""
    space = selectors.get_space(public_id)
    fields = ("title", "state", "created_at", "scheduled_start", "started_at", "ended_at", "end_reason")
    own = {field: getattr(space, field) for field in fields}
    yield {"type": "space", "id": space.public_id, "host": space.host.username} | own
    for participant in space.participants.select_related("user").order_by("id").iterator(PAGE):
        yield {"type": "participant"} | _participant(participant)
    for entry in space.log.select_related("actor", "target").order_by("id").iterator(PAGE):
        yield {"type": "log"} | log_row(entry)
    for source in evidence.sources():
        for line in source.export(space_id=space.pk):
            yield {"type": "caption"} | line


def log_row(entry: LogEntry) -> Row:
    """Return a line of the log as a row ready for JSON. People are named by username."""
    return {
        "id": entry.pk,
        "at": entry.at,
        "clock_ms": entry.clock_ms,
        "kind": entry.kind,
        "actor": entry.actor.username if entry.actor else None,
        "target": entry.target.username if entry.target else None,
        "reason": entry.reason,
    }


async def stream_log(space_id: int) -> AsyncIterator[str]:
    """Yield the log as JSON lines, page by page, so that a log of a million entries is never in memory."""
    after = 0
    while entries := await in_thread(_log_page, space_id, after):
        after = entries[-1].pk
        yield "".join(f"{as_json(log_row(entry))}\n" for entry in entries)


def _log_page(space_id: int, after: int) -> list[LogEntry]:
    entries = LogEntry.objects.filter(space=space_id, pk__gt=after)
    return list(entries.select_related("actor", "target").order_by("id")[:PAGE])


def _participant(participant: Participant) -> Row:
    fields = ("role", "spoke", "joined_at", "left_at", "removed_at")
    return {"username": participant.user.username} | {field: getattr(participant, field) for field in fields}


# --- An account -------------------------------------------------------------------------------------------------------


def account_rows(user: "User") -> dict[str, list[Row]]:
    """Return everything that the site keeps about a user, for that user: but neither who reported them, nor who
    decided."""
    return {name: [*rows(user)] for name, rows in (_OWN | _sections).items()}


def _profile(user: "User") -> Iterable[Row]:
    fields = ("username", "email", "display_name", "bio", "protected", "date_joined", "last_login")
    image = {"avatar": user.avatar.url if user.avatar else None}
    return [{field: getattr(user, field) for field in fields} | image]


def _captions(user: "User") -> Iterable[Row]:
    return (line for source in evidence.sources() for line in source.export_of(user_id=user.pk))


def _rows(related: str, *fields: str) -> Callable[["User"], Iterable[Row]]:
    def read(user: "User") -> Iterable[Row]:
        rows: Iterable[Row] = getattr(user, related).order_by("pk").values(*fields)
        return rows

    return read


_OWN: dict[str, Callable[["User"], Iterable[Row]]] = {
    "profile": _profile,
    "following": _rows("following_rows", "followee__username", "created_at"),
    "followers": _rows("follower_rows", "follower__username", "created_at"),
    "blocks": _rows("block_rows", "blocked__username", "created_at"),
    "spaces": _rows("created_spaces", "public_id", "title", "state", "created_at", "started_at", "ended_at"),
    "participations": _rows(
        "participations", "space__public_id", "role", "spoke", "joined_at", "left_at", "removed_at"
    ),
    "requests": _rows("speak_requests", "space__public_id", "state", "created_at", "decided_at"),
    "invitations": _rows("invitations", "space__public_id", "to_speak", "created_at"),
    "invitations_sent": _rows("sent_invitations", "space__public_id", "invitee__username", "to_speak", "created_at"),
    "reminders": _rows("reminders", "space__public_id", "created_at"),
    "reports": _rows("reports_made", "subject", "space__public_id", "person__username", "reason", "text", "created_at"),
    "decisions": _rows("decisions_about", "verdict", "space__public_id", "reason", "at"),
    "appeals": _rows("appeals", "decision_id", "text", "state", "created_at", "decided_at"),
    "suspensions": _rows("suspensions", "scope", "until", "created_at", "lifted_at"),
    "captions": _captions,
}
