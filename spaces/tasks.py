"""Recurring work. Each task makes one call, takes no arguments and may run twice."""

from datetime import timedelta
from typing import Any

from celery import shared_task
from django.utils import timezone

from spaces import audio, purge, services

BEAT = timedelta(seconds=5)
MARGIN = timedelta(seconds=0.1)


@shared_task(ignore_result=True, expires=10)
def expire_spaces(**_: Any) -> None:
    """Settle what time has ended. A grace time that ends before the next beat gets a run of its own at that moment,
    because people watch a countdown."""
    due = services.expire().next_grace_ends
    if due is not None and due - timezone.now() < BEAT:
        expire_spaces.apply_async(eta=due + MARGIN, expires=due + 2 * BEAT)


@shared_task(ignore_result=True, expires=10)
def reconcile_audio(**_: Any) -> None:
    audio.reconcile()


@shared_task(ignore_result=False, expires=3600)
def purge_expired(**_: Any) -> dict[str, int]:
    """Delete what was kept for long enough. Runs once a night. What a report holds stays."""
    return purge.purge_expired()
