"""Move finished files to the bucket: pictures, replays with their files for download, and clips.

What the gateway writes and what grows stays on the local disk, and so do small files that only our own code reads.
"""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Final

from django.conf import settings

from spaces.models import Clip, Recording
from spaces.models.clip import CLIPS
from spaces.states import ExportState
from spaces_project.media import bucket
from spaces_project.media.bucket import Wanted, settled_below

_MOVED: Final = (".m4a", ".mp3", ".mp4", ".zip")
_AT_WORK: Final = (ExportState.WAITING, ExportState.RUNNING)

File = tuple[Path, Wanted]


def move_finished() -> int:
    """Move what is finished, as much as one run has time for. Return how many files the local disk got rid of."""
    if not bucket.is_on():
        return 0
    return bucket.keep_all(chain(_pictures(), _clips(), _recordings()))


def _pictures() -> Iterator[File]:
    """Yield pictures. A file without a row is never shown, and is deleted by whatever deletes the row."""
    return ((path, lambda: True) for path in settled_below(Path(settings.MEDIA_ROOT), "**/*"))


def _clips() -> Iterator[File]:
    for path in settled_below(Path(settings.RECORDINGS_DIR) / CLIPS, "*.m4a"):
        clip = Clip.objects.filter(public_id=path.stem, state=ExportState.READY)
        if clip.exists():
            yield path, clip.exists


def _recordings() -> Iterator[File]:
    """Yield the files of replays on which no worker works. Work reads the whole sound, and needs it here."""
    for path in settled_below(Path(settings.RECORDINGS_DIR), "*/*"):
        if path.suffix in _MOVED and path.parent.name != CLIPS:
            ready = Recording.objects.ready().filter(directory=path.parent.name)
            if ready.exclude(export__state__in=_AT_WORK).exclude(clips__state__in=_AT_WORK).exists():
                yield path, ready.exists
