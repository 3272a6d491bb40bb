"""Background tasks. Each makes one call, takes ids, and may run twice."""

from typing import Any

from celery import shared_task

from timeline import services
from timeline.models import NotificationKind


@shared_task(ignore_result=True)
def tell_waiting(space_id: int, kind: str, after: int = 0, **_: Any) -> None:
    """Run one step through the reminders of a Space. The next step is a task of its own, so that no task runs long."""
    following = services.notify_waiting(space_id=space_id, kind=NotificationKind(kind), after=after)
    if following is not None:
        tell_waiting.delay(space_id, kind, following)


@shared_task(ignore_result=True, expires=60)
def tell_overdue(**_: Any) -> None:
    """Start again where a step was lost."""
    for space_id, kind in services.overdue_reminders():
        tell_waiting.delay(space_id, kind)


@shared_task(ignore_result=True, expires=300)
def delete_expired_fleets(**_: Any) -> None:
    services.delete_expired_fleets()
