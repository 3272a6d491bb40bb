"""Remove the files of deleted recordings. What an open report holds stays, and no reader is served it."""

import logging
import re
import shutil
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils import timezone

from spaces.models import Recording
from spaces.moderation.retention import held
from spaces.recordings.files import is_older
from spaces.states import RecordingState
from spaces_project.media.bucket import discard_below

logger = logging.getLogger(__name__)

_OURS: Final = re.compile(r"[A-Za-z0-9_-]{22}")
"""The names of recordings' directories. Anything else in the directory is left alone."""
_SETTLED_SECONDS: Final = 60
"""A directory without a row is left alone for this long."""


def remove_files() -> int:
    """Remove all files that may go. Return how many recordings had some. It may run twice, and at the same time.

    A directory that cannot be removed is left for the next run.
    """
    return _remove_deleted() + _remove_orphans(Path(settings.RECORDINGS_DIR))


def _remove_deleted() -> int:
    waiting = Recording.objects.filter(state=RecordingState.DELETED, files_gone_at=None)
    spaces = {recording.space_id: recording for recording in waiting}
    free = spaces.keys() - held(spaces.keys())
    gone = [spaces[space_id].pk for space_id in sorted(free) if _remove(spaces[space_id].home)]
    Recording.objects.filter(pk__in=gone).update(files_gone_at=timezone.now(), bytes=0)
    return len(gone)


def _remove_orphans(root: Path) -> int:
    """Remove directories that no recording has: the account of the host was deleted, or the Space."""
    found = {path.name for path in root.iterdir() if _is_settled(path)} if root.is_dir() else set()
    has_files = Recording.objects.filter(files_gone_at=None, directory__in=found)
    orphans = found - set(has_files.values_list("directory", flat=True))
    return sum(_remove(root / name) for name in orphans)


def _is_settled(path: Path) -> bool:
    is_ours = _OURS.fullmatch(path.name) is not None and path.is_dir() and not path.is_symlink()
    return is_ours and is_older(path, _SETTLED_SECONDS)


def _remove(directory: Path) -> bool:
    try:
        shutil.rmtree(directory)
    except FileNotFoundError:
        if directory.exists():
            return False
    except OSError as error:
        logger.warning("the files of a deleted recording stay for now: %s", error)
        return False
    discard_below(directory)
    return True
