"""Settings from the environment, read once. A value that does not parse stops the start with an error."""

import hashlib
import hmac
import secrets
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qs, quote, unquote, urlsplit

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

    It asks for the password on both.

    Raises `ValueError` if the path is too long for a socket.
    """
    quoted = quote(password, safe="")
    if port:
        return f"redis://:{quoted}@127.0.0.1:{port}/0"
    socket = directory.absolute() / "redis/redis.sock"
    if len(bytes(socket)) > LONGEST_SOCKET_PATH:
        raise ValueError(f"SPACES_VAR is too long for a socket ({socket}): shorten it, or set REDIS_PORT.")
    return f"unix://:{quoted}@{socket}"


class Sentinels(NamedTuple):
    """A Redis that sentinels watch, as `sentinel://:password@one:26379,two:26379/0?service=mymaster` names it.

    Attributes:
        hosts: host and port of each sentinel.
        service: the name of the watched Redis.
        password: of the Redis. `sentinel_password` is that of the sentinels.
    """

    hosts: list[tuple[str, int]]
    service: str
    db: int
    password: str | None
    sentinel_password: str | None

    @property
    def for_redis(self) -> dict[str, Any]:
        """Return the options of a connection to the Redis itself."""
        return {"db": self.db, **({"password": self.password} if self.password else {})}

    @property
    def for_sentinels(self) -> dict[str, Any]:
        """Return the options of a connection to a sentinel. One that hangs must not delay the question to the next."""
        own = {"password": self.sentinel_password} if self.sentinel_password else {}
        return {"socket_timeout": 1.0, "socket_connect_timeout": 1.0, **own}


SENTINEL: Final = "sentinel://"
SENTINEL_PORT: Final = 26_379


def sentinels_of(url: str) -> Sentinels | None:
    """Return what a `sentinel://` address names, or None for an address of another kind.

    Raises `ValueError` if it names no service, or a port or a database that is no number.
    """
    if not url.startswith(SENTINEL):
        return None
    account, _, hosts = urlsplit(url).netloc.rpartition("@")
    query = parse_qs(urlsplit(url).query)
    service, path = query.get("service", [""])[0], urlsplit(url).path.strip("/")
    if not service or not hosts:
        raise ValueError("REDIS_URL: write sentinel://:password@host:26379,host:26379/0?service=mymaster.")
    return Sentinels(
        hosts=[_host_and_port(host) for host in hosts.split(",")],
        service=service,
        db=int(path or 0),
        password=unquote(account.partition(":")[2]) or None,
        sentinel_password=query.get("sentinel_password", [None])[0],
    )


def _host_and_port(text: str) -> tuple[str, int]:
    host, colon, port = text.strip().rpartition(":")
    return (host.strip("[]"), int(port)) if colon else (port, SENTINEL_PORT)


def channel_host(url: str) -> dict[str, Any]:
    """Return a Redis URL as channels_redis takes it."""
    found = sentinels_of(url)
    if found is None:
        return {"address": url}
    return {
        "sentinels": found.hosts,
        "sentinel_kwargs": found.for_sentinels,
        "master_name": found.service,
        **found.for_redis,
    }


def cache_location(url: str) -> tuple[str, dict[str, Any]]:
    """Return a Redis URL as django-redis takes it, and the options that go with it.

    Reads ask the master, too: a code that was used a moment ago must not look new on a replica.
    """
    found = sentinels_of(url)
    if found is None:
        return url, {}
    options = {
        "CONNECTION_FACTORY": "django_redis.pool.SentinelConnectionFactory",
        "SENTINELS": found.hosts,
        "SENTINEL_KWARGS": found.for_sentinels,
        **({"PASSWORD": found.password} if found.password else {}),
    }
    return f"redis://{found.service}/{found.db}?is_master=1", options


def broker_options(url: str) -> dict[str, Any]:
    """Return the transport options of Celery for a Redis URL."""
    found = sentinels_of(url)
    return {} if found is None else {"master_name": found.service, "sentinel_kwargs": found.for_sentinels}


def broker_url(url: str) -> str:
    """Return a Redis URL as Celery spells it."""
    if (found := sentinels_of(url)) is not None:
        account = f":{quote(found.password, safe='')}@" if found.password else ""
        return ";".join(f"sentinel://{account}{host}:{port}/{found.db}" for host, port in found.hosts)
    if not url.startswith("unix://"):
        return url
    address, _, query = url.removeprefix("unix://").partition("?")
    return f"redis+socket://{address}" + (f"?{query.replace('db=', 'virtual_host=')}" if query else "")


def turn_urls(host: str, *, port: int, tls_port: int) -> list[str]:
    """Return the addresses of our coturn as browsers write them. A port that is 0 is not open."""
    plain = [f"turn:{host}:{port}?transport={transport}" for transport in ("udp", "tcp")] if port else []
    return plain + ([f"turns:{host}:{tls_port}?transport=tcp"] if tls_port else [])
