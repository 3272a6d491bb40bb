"""Decide whether a recording may go on: recordings must never fill the disk, nor one host all the room there is."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Sum

from spaces.models import Recording
from spaces.states import RecordingState, StopReason

if TYPE_CHECKING:
    from accounts.models import User

MEGABYTE = 1_000_000


def obstacle_to_recording(recording: Recording) -> StopReason | None:
    """Return why the recording may not go on, or None. It looks at the disk and at the host's other recordings."""
    try:
        free = free_bytes(Path(settings.RECORDINGS_DIR))
    except OSError:
        return StopReason.NOT_WRITABLE
    return obstacle(
        free=free,
        used=bytes_of(recording.space.host),
        least_free=settings.RECORDINGS_LEAST_FREE_MB * MEGABYTE,
        quota=settings.RECORDINGS_QUOTA_MB * MEGABYTE,
    )


def obstacle(*, free: int, used: int, least_free: int, quota: int) -> StopReason | None:
    """Return why nothing more may be recorded, or None. Sizes are in bytes. A quota of 0 is no limit."""
    if free <= least_free:
        return StopReason.DISK_FULL
    return StopReason.QUOTA if quota and used >= quota else None


def free_bytes(directory: Path) -> int:
    """Return the free bytes of the disk. The directory may not exist yet. Raise `OSError` if it is no directory."""
    existing = next(place for place in (directory, *directory.parents) if place.exists())
    if not existing.is_dir():
        raise NotADirectoryError(existing)
    return shutil.disk_usage(existing).free


def bytes_of(host: "User") -> int:
    """Return the size of all recordings of Spaces that the user hosts.

    Deleted ones do not count: their files are going, or a report holds them, which is not the host's choice.
    """
    kept = Recording.objects.filter(space__host=host).exclude(state=RecordingState.DELETED)
    return kept.aggregate(total=Sum("bytes"))["total"] or 0
