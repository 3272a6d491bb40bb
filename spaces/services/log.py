"""Writing lines of a Space's log."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils import timezone

from spaces.models import LogEntry, Space
from spaces.states import LogKind

if TYPE_CHECKING:
    from accounts.models import User


def append_log(
    space: Space,
    kind: LogKind,
    *,
    actor: "User | None" = None,
    target: "User | None" = None,
    reason: str = "",
    at: datetime | None = None,
) -> LogEntry:
    """Write a line into the log. Call it inside the transaction that makes the change. Without an actor the system did
    it."""
    entry = _entry(space, kind, actor, target, reason, at or timezone.now())
    entry.save()
    return entry


def append_logs(space: Space, kind: LogKind, *, actor: "User | None", targets: Iterable["User"], at: datetime) -> None:
    """Write a line for each target, in one statement."""
    LogEntry.objects.bulk_create(_entry(space, kind, actor, target, "", at) for target in targets)


def _entry(
    space: Space, kind: LogKind, actor: "User | None", target: "User | None", reason: str, at: datetime
) -> LogEntry:
    clock_ms = space.clock_ms(at)
    return LogEntry(space=space, kind=kind, actor=actor, target=target, reason=reason, at=at, clock_ms=clock_ms)
