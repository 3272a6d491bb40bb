"""Deleting what was kept for long enough. Apps above add their purges with `register`. Held Spaces are left alone.

| what | how long |
|---|---|
| a Space that is over, with participants, requests, invitations and log | `SPACES_KEEP` after its end |
| what a decided report says, and the names and titles in it | `SPACES_KEEP` after the decision |
| decisions | for good, without words of the person: they are the record |
"""

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from spaces.models import Report, Space
from spaces.moderation.retention import held
from spaces.states import ReportState, SpaceState

Purge = Callable[[datetime, bool], int]
"""A function of `(now, dry_run)` that returns how many rows it deleted, or would delete."""

_OVER = (SpaceState.ENDED, SpaceState.CANCELED)
_AT_ONCE = 500

_purges: dict[str, Purge] = {}


def register(name: str, purge: Purge) -> None:
    """Add a purge. An app above calls this when it is ready. Its purge must ask `spaces.moderation.retention.held`."""
    _purges[name] = purge


def purge_expired(*, now: datetime | None = None, dry_run: bool = False) -> dict[str, int]:
    """Delete everything that is due. It may run twice. Return how many rows of each kind were, or would be, deleted."""
    moment = now or timezone.now()
    return {name: purge(moment, dry_run) for name, purge in (_OWN | _purges).items()}


def _spaces(now: datetime, dry_run: bool) -> int:
    before = now - settings.SPACES_KEEP
    is_due = Q(ended_at__lt=before) | Q(ended_at=None, created_at__lt=before)
    over = Space.objects.filter(is_due, state__in=_OVER)
    return sum(_space_batch(ids, dry_run) for ids in _batches(over))


def _space_batch(ids: list[int], dry_run: bool) -> int:
    due = sorted(set(ids) - held(ids))
    for space_id in () if dry_run else due:
        Space.objects.filter(pk=space_id).delete()
    return len(due)


def _reports(now: datetime, dry_run: bool) -> int:
    due = Report.objects.filter(state=ReportState.DECIDED, decided_at__lt=now - settings.SPACES_KEEP)
    telling = due.exclude(text="", shown={})
    return telling.count() if dry_run else telling.update(text="", shown={}, reporter=None)


def _batches(rows: "QuerySet[Space]") -> "list[list[int]]":
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    return [ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE)]


_OWN: dict[str, Purge] = {"spaces": _spaces, "reports": _reports}
