"""Files that hold secrets: configurations of the gateway and of the TURN server."""

import os
from pathlib import Path


def write_private(path: Path, text: str) -> None:
    """Write a file that only this process's user can read, whatever its mode was. Raises `OSError`."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        os.fchmod(descriptor, 0o600)  # an existing file keeps its mode when it is opened
        file.write(text)
