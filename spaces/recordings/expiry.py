"""End what has been kept for long enough."""

from datetime import datetime

from django.utils import timezone

from spaces.services import replays


def settle(now: datetime | None = None) -> None:
    """Give new recordings their time to live, warn of those that are about to expire, and delete those that have."""
    moment = now or timezone.now()
    replays.set_expiry()
    replays.warn_of_expiry(now=moment)
    replays.expire_recordings(now=moment)


def purge(now: datetime, dry_run: bool) -> int:
    """Delete the recordings that are due, for `purge_expired`. Return how many there were, or would be with `dry_run`.
    A held recording is deleted for its readers, and its files stay."""
    return replays.expire_recordings(now=now, dry_run=dry_run)
