"""Write a file beside the one it replaces."""

import contextlib
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

LEFT_BEHIND_SECONDS: Final = 24 * 60 * 60


@contextlib.contextmanager
def written_beside(target: Path, *, mode: int = 0o666) -> Iterator[Path]:
    """Give the path of a new file in the directory of the target. At the end it takes the target's place in one step.

    If the block raises, the new file is removed and the target stays as it was. What a process left behind that was
    killed here is removed a day later. `mode` is the file's mode, less what the process's umask takes away.
    """
    prefix = f".{target.stem}-"
    _remove_left_behind(target.parent, prefix)
    unfinished = target.with_name(f"{prefix}{secrets.token_hex(8)}{target.suffix}")
    os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode))
    try:
        yield unfinished
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def _remove_left_behind(directory: Path, prefix: str) -> None:
    before = time.time() - LEFT_BEHIND_SECONDS
    for other in directory.glob(f"{prefix}*"):
        with contextlib.suppress(FileNotFoundError):  # another process removed it, or finished it
            if other.stat().st_mtime < before:
                other.unlink()
