"""The names and places of a recording's files."""

import contextlib
import os
import stat
import time
from pathlib import Path
from typing import Final

from django.conf import settings

from spaces.models import Recording

SOUND: Final = "sound.mp4"
"""Fragmented MP4 with AAC. It grows while the Space is live."""
PLAYLIST: Final = "index.m3u8"
"""The HLS playlist of `SOUND`, in byte ranges. It grows too."""
REPLAY: Final = "replay.m4a"
"""The same sound in a file that every player can seek in. It is written when the Space ends."""

TYPES: Final = {SOUND: "audio/mp4", PLAYLIST: "application/vnd.apple.mpegurl", REPLAY: "audio/mp4"}
"""The files that are served, and their types."""


def location(recording: Recording, name: str) -> str:
    """Return where the server in front has the file, which may read it from now on. Empty if this site has none."""
    return location_of(recording.home / name)


def location_of(file: Path) -> str:
    """Do the same for any file below the directory of recordings."""
    if not settings.RECORDINGS_REDIRECT:
        return ""
    root = Path(settings.RECORDINGS_DIR)
    with contextlib.suppress(FileNotFoundError):
        _open_to_group(file, root=root)
    return f"{settings.RECORDINGS_REDIRECT}/{file.relative_to(root)}"


def _open_to_group(file: Path, *, root: Path) -> None:
    """Let the group of `root` read one file, and pass the directories on the way to it.

    Every file is written for this account only. The server in front runs as another one, in the group of `root`. What
    the gateway wrote beside the file stays closed.
    """
    group = root.stat().st_gid
    for path in (file, *(parent for parent in file.parents if root in parent.parents)):
        known = path.stat()
        if known.st_gid != group:
            os.chown(path, -1, group)
        mode = stat.S_IMODE(known.st_mode) | (stat.S_IRGRP | stat.S_IXGRP if path.is_dir() else stat.S_IRGRP)
        if mode != stat.S_IMODE(known.st_mode):
            path.chmod(mode)


def is_older(path: Path, seconds: float) -> bool:
    """Return whether the file or directory was last changed longer ago. False if another process has removed it."""
    with contextlib.suppress(FileNotFoundError):
        return time.time() - path.lstat().st_mtime > seconds
    return False


def size(directory: Path) -> int:
    """Return the size of all files below the directory, in bytes."""
    return sum(file.stat().st_size for file in directory.rglob("*") if file.is_file())
