"""Claim, fail and find again what workers make: the sound of a clip, or the files for download of a replay.

The rows share `state` (`ExportState`), `attempts`, `touched_at` and `error`. `touched_at` is when a worker was last
heard of, or when the work was asked for. `lost_after` is how long after that time a worker is taken for lost.
"""

from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from django.db.models import F, Model, Q, QuerySet
from django.utils import timezone

from spaces.states import EXPORT_MOVES, ExportState

MOST: Final = 3
_ERROR_LENGTH: Final = 200
Row = TypeVar("Row", bound=Model)


def claim(rows: QuerySet[Any], *, lost_after: timedelta, now: datetime, **begun: Any) -> bool:
    """Claim the one row of `rows` for this worker, and store `begun` in it. Return False if another worker has it, or
    if it is made. A row of which `MOST` workers were lost fails."""
    lost = Q(state=ExportState.RUNNING, touched_at__lt=now - lost_after)
    free = rows.filter(Q(state=ExportState.WAITING) | lost)
    free.filter(attempts__gte=MOST).update(state=ExportState.FAILED, error="The workers were lost.")
    return bool(free.update(state=ExportState.RUNNING, attempts=F("attempts") + 1, touched_at=now, **begun))


def fail(mine: QuerySet[Any], *, attempts: int, error: str) -> bool:
    """Store that an attempt failed, the last of `attempts`. `mine` has the row while this worker has it. Return whether
    to try again."""
    is_last = attempts >= MOST
    state = ExportState.FAILED if is_last else ExportState.WAITING
    stored = mine.update(state=state, error=error[:_ERROR_LENGTH], touched_at=timezone.now())
    return bool(stored) and not is_last


def unclaimed(rows: QuerySet[Row], *, lost_after: timedelta, now: datetime) -> QuerySet[Row]:
    """Return the rows that no worker seems to have: their task was lost, or their worker."""
    return rows.filter(touched_at__lt=now - lost_after, state__in=EXPORT_MOVES.into(ExportState.RUNNING))
