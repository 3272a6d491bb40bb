"""Settings from the environment, read once and loudly: a value that does not parse stops the start."""

import secrets
from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.FileAwareEnv()
"""`NAME_FILE` is read where `NAME` is absent, so that secrets can come from files."""


def local_secret(name: str, *, directory: Path) -> str:
    """A secret that an operator may set as `name`; otherwise made once and kept under `directory` (mode 0600)."""
    if given := env.str(name, default=""):
        return str(given)
    path = directory / name.lower()
    if not path.exists():
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_suffix(f".{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48))
        # Several processes may start at once: the first link wins and all of them read the same secret.
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
