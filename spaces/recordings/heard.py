"""The file that a reader of a replay gets: the whole sound for its host, and for others only what the cut leaves.

A host cuts off what must not be heard, so hiding it in the player would not be enough.
"""

import fcntl
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Final

from av.error import FFmpegError

from spaces.models import Recording
from spaces.recordings.copying import copy_frames
from spaces.recordings.files import REPLAY
from spaces_project.common.beside import written_beside
from spaces_project.media.bucket import exists, fetched, remove, sizes_below

if TYPE_CHECKING:
    from accounts.models import User

_CUT: Final = "replay-*.m4a"


@dataclass(frozen=True, slots=True)
class Heard:
    """A file of the recording, and where the replay starts in it, in milliseconds."""

    name: str
    starts_ms: int


def heard_by(recording: Recording, user: "User | None") -> Heard:
    """Return what this reader gets. The host may widen a cut again, and so hears what is cut off."""
    is_cut = recording.cut_start_ms > 0 or recording.cut_end_ms is not None
    is_host = user is not None and recording.space.host_id == user.pk
    if is_host or not is_cut:
        return Heard(REPLAY, recording.cut_start_ms)
    return Heard(f"replay-{recording.cut_start_ms}-{recording.end_ms}.m4a", 0)


def prepared(recording: Recording, heard: Heard) -> Path:
    """Return the file's path. A cut is made when it is first asked for: frames are copied, an hour takes two seconds.

    Raise `FileNotFoundError` if the sound of the recording is gone, and `BucketAway`.
    """
    path = recording.home / heard.name
    if heard.name == REPLAY or exists(path):
        return path
    if exists(recording.home / REPLAY):
        recording.home.mkdir(mode=0o700, parents=True, exist_ok=True)  # a machine that is new has nothing of it yet
    with (recording.home / "cut.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one of several readers makes it
        if not exists(path):
            try:
                _write_cut(recording, path)
            except FFmpegError as error:
                raise FileNotFoundError("the sound cannot be read") from error
            _forget_earlier(path)
    return path


def _write_cut(recording: Recording, path: Path) -> None:
    """Copy the frames inside the cut, and nothing of what is cut off."""
    source = fetched(recording.home / REPLAY)
    with written_beside(path) as unfinished:
        copy_frames(source, unfinished, starts_ms=recording.cut_start_ms, ends_ms=recording.end_ms)


def _forget_earlier(path: Path) -> None:
    for other in sizes_below(path.parent):
        if other != path and fnmatch(other.name, _CUT):
            remove(other)
