"""Encrypt and decrypt files with the program `age` (Debian package: age)."""

import subprocess
from pathlib import Path
from typing import Final

from .errors import BackupError

SUFFIX: Final = ".age"
LONGEST_SECONDS: Final = 6 * 3600


def encrypt(source: Path, target: Path, *, recipient: str) -> None:
    """Encrypt a file for the owner of a public key. Raise `BackupError`."""
    _run("--encrypt", "--recipient", recipient, "--output", str(target), str(source))


def decrypt(source: Path, target: Path, *, identity: Path | None) -> None:
    """Decrypt a file with the private key in the file `identity`. Raise `BackupError`."""
    if identity is None:
        raise BackupError(
            "backup_encrypted", "This backup is encrypted. Name the file with the private key: --identity FILE"
        )
    _run("--decrypt", "--identity", str(identity), "--output", str(target), str(source))


def _run(*arguments: str) -> None:
    try:
        subprocess.run(  # noqa: S603 - no shell; a recipient that begins with a dash is the value of its option
            ["age", *arguments],  # noqa: S607 - from the PATH, as every program of the product
            check=True,
            capture_output=True,
            timeout=LONGEST_SECONDS,
        )
    except FileNotFoundError as error:
        raise BackupError("age_missing", "age is not installed (Debian package: age).") from error
    except subprocess.TimeoutExpired as error:
        raise BackupError("age_failed", f"age did not end within {LONGEST_SECONDS} s.") from error
    except subprocess.CalledProcessError as error:
        raise BackupError("age_failed", f"age: {error.stderr.decode(errors='replace').strip()}") from error
