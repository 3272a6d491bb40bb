"""Settings from the environment, read once. A value that does not parse stops the start with an error."""

import hashlib
import hmac
import secrets
from pathlib import Path
from typing import Final

import environ

LONGEST_SOCKET_PATH: Final = 107
"""The longest path of a Unix socket on Linux, in bytes."""

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.FileAwareEnv()
"""The reader of the environment.

If `NAME` is absent it reads the file that `NAME_FILE` names, so that secrets can come from files.
"""


def local_secret(name: str, *, directory: Path) -> str:
    """Return the secret that the operator set as `name`.

    Otherwise create it once and keep it under `directory` (mode 0600).
    """
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


def mark_of(key: str) -> str:
    """Return a mark that is the same in all processes and machines of a site, and different on every other site."""
    return hmac.new(key.encode(), b"spaces: the mark of a site", hashlib.sha256).hexdigest()[:16]


def redis_url(directory: Path, *, port: int, password: str) -> str:
    """Return the address of the Redis of `deploy/redis`: a socket that only this account reaches, or a port.

    Raises `ValueError` if the path is too long for a socket.
    """
    if port:
        return f"redis://:{password}@127.0.0.1:{port}/0"
    socket = directory.absolute() / "redis/redis.sock"
    if len(bytes(socket)) > LONGEST_SOCKET_PATH:
        raise ValueError(f"SPACES_VAR is too long for a socket ({socket}): shorten it, or set REDIS_PORT.")
    return f"unix://{socket}"


def broker_url(url: str) -> str:
    """Return a Redis URL as Celery spells it."""
    if not url.startswith("unix://"):
        return url
    address, _, query = url.removeprefix("unix://").partition("?")
    return f"redis+socket://{address}" + (f"?{query.replace('db=', 'virtual_host=')}" if query else "")


def turn_urls(host: str, *, port: int, tls_port: int) -> list[str]:
    """Return the addresses of our coturn as browsers write them. A port that is 0 is not open."""
    plain = [f"turn:{host}:{port}?transport={transport}" for transport in ("udp", "tcp")] if port else []
    return plain + ([f"turns:{host}:{tls_port}?transport=tcp"] if tls_port else [])
