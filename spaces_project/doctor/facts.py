"""Find out how a site is set and how its machine is. Nothing here judges, or waits long: five seconds, and ten for
the bucket."""

import contextlib
import ctypes
import re
import shutil
import socket
import subprocess
import tarfile
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final

import msgspec
from django.conf import settings
from django.core.checks import run_checks
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from redis.exceptions import RedisError, ResponseError
from websockets.exceptions import WebSocketException

from accounts.demo import demo_users
from spaces.gateway.addresses import own_addresses
from spaces_project.backup import BackupError, check_backup
from spaces_project.backup.writing import PATTERN, SECRET_NAMES
from spaces_project.common import heartbeat
from spaces_project.common.origins import host_of, site_is_local
from spaces_project.media import bucket
from spaces_project.own import info_of_gateway

from .relay import relay_problem, relay_tls_problem

WAIT_SECONDS: Final = 5.0
SHORTEST_SECRET: Final = 32
LARGEST_READ: Final = 500_000_000
"""Bytes of a backup up to which it is read from start to end. Of a larger one only the beginning is read."""
POSTGRES_SETTINGS: Final = ("fsync", "full_page_writes", "server_encoding", "max_connections", "is_superuser")
PACKAGES: Final = ("libnice10", "coturn")
TIME_ERROR: Final = 5
"""What adjtimex(2) returns while the clock is not synchronised."""


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the checks judge.

    Attributes:
        is_local: whether the site is for this machine only.
        is_private_network: whether the site's name leads into a private network, so that its sound may, too.
        ice_address: what the operator set, empty for the machine's own first address.
        name_addresses: the addresses of the site's name.
        postgres: settings by name. Empty on SQLite.
        redis: settings by name. Empty if it does not answer.
        clock_is_synchronised: None if the machine does not say.
        mail_server: host and port. Empty if mails go to files.
        gateway_versions: by name; empty for a gateway that does not answer.
        packages: versions of the Debian packages of `PACKAGES` that are installed.
        backup_hours: the age of the newest backup. None if there is none.
    """

    is_local: bool
    is_private_network: bool
    origin: str
    trusted_origins: list[str]
    allowed_hosts: list[str]
    name_addresses: list[str]
    behind_proxy: bool
    debug: bool
    ice_address: str
    public_address: str
    own_addresses: list[str]
    gateway_is_elsewhere: bool
    gateway_versions: Mapping[str, tuple[int, ...]]
    packages: dict[str, tuple[int, ...]]
    rtp_ports: str
    turn_port: int
    turn_relay_ports: str
    relay_problem: str
    relay_tls_problem: str
    demo_people: int
    short_secrets: list[str]
    open_files: list[str]
    unapplied_migrations: int
    postgres: dict[str, str]
    redis: dict[str, str]
    redis_is_socket: bool
    redis_has_password: bool
    redis_clock_difference: float
    var: str
    disk_free: int
    disk_size: int
    clock_is_synchronised: bool | None
    mail_server: str
    mail_problem: str
    mail_from: str
    captions_problem: str
    backup_hours: float | None
    backup_problem: str
    bucket_problem: str


def gather() -> Facts:
    """Return the facts of this site, from the machine that this process runs on."""
    return Facts(**_of_settings(), **_of_web(), **_of_gateway(), **_of_data(), **_of_machine(), **_of_backups())


def _of_settings() -> dict[str, Any]:
    return {
        "is_local": site_is_local(),
        "origin": settings.PUBLIC_ORIGIN,
        "trusted_origins": list(settings.TRUSTED_ORIGINS),
        "allowed_hosts": list(settings.ALLOWED_HOSTS),
        "behind_proxy": settings.BEHIND_PROXY,
        "debug": settings.DEBUG,
        "short_secrets": [name for name in SECRET_NAMES if len(getattr(settings, name)) < SHORTEST_SECRET],
        "captions_problem": " ".join(found.msg for found in run_checks() if str(found.id).startswith("captions.")),
        "mail_from": settings.DEFAULT_FROM_EMAIL,
    }


def _of_web() -> dict[str, Any]:
    addresses = addresses_of(host_of(settings.PUBLIC_ORIGIN))
    return {
        "name_addresses": addresses,
        "is_private_network": bool(addresses) and not any(map(_is_global, addresses)),
    }


def addresses_of(name: str) -> list[str]:
    """Return the addresses that a name stands for. Empty if it stands for none."""
    try:
        return sorted({str(found[4][0]) for found in socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)})
    except OSError:
        return []


def _is_global(address: str) -> bool:
    return ip_address(address.partition("%")[0]).is_global


def _of_gateway() -> dict[str, Any]:
    return {
        "ice_address": settings.GATEWAY_ICE_ADDRESS,
        "public_address": settings.GATEWAY_PUBLIC_ADDRESS,
        "own_addresses": own_addresses(),
        "gateway_is_elsewhere": not settings.GATEWAY_IS_OURS,
        "gateway_versions": versions_of_gateways(),
        "packages": versions_of_packages(),
        "rtp_ports": settings.GATEWAY_RTP_PORTS,
        "turn_port": settings.TURN_PORT,
        "turn_relay_ports": settings.TURN_RELAY_PORTS,
        "relay_problem": relay_problem(),
        "relay_tls_problem": relay_tls_problem(),
    }


def versions_of_gateways() -> dict[str, tuple[int, ...]]:
    """Return the version of each gateway by its name, `{"main": (1, 1, 2)}`. Empty for one that does not answer."""
    with ThreadPoolExecutor(len(settings.GATEWAYS)) as threads:
        return dict(zip(settings.GATEWAYS, threads.map(_version_of, settings.GATEWAYS.values()), strict=True))


def _version_of(url: str) -> tuple[int, ...]:
    try:
        answer = info_of_gateway(url, WAIT_SECONDS)
    except (WebSocketException, OSError, msgspec.DecodeError):
        return ()
    return tuple(int(part) for part in str(answer.get("version_string", "")).split(".") if part.isdecimal())


def versions_of_packages() -> dict[str, tuple[int, ...]]:
    """Return the upstream versions of what Debian installed, by package: `{"libnice10": (0, 1, 21)}`.

    The gateway does not tell the version of its library, because it hides its dependencies from everybody.
    """
    command = ["dpkg-query", "--show", "--showformat", "${Package} ${db:Status-Status} ${source:Upstream-Version}\n"]
    try:
        said = subprocess.run(  # noqa: S603 - a fixed command
            [*command, *PACKAGES], capture_output=True, text=True, timeout=WAIT_SECONDS, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):  # another system than Debian
        return {}
    rows = [line.split() for line in said.splitlines()]
    return {row[0]: _numbers(row[2]) for row in rows if len(row) == 3 and row[1] == "installed"}


def _numbers(version: str) -> tuple[int, ...]:
    """Return the leading numbers of a version, `(4, 6, 1)` of `4.6.1+ds`."""
    found = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(int(part) for part in found[0].split(".")) if found else ()


def _of_data() -> dict[str, Any]:
    return _of_database() | _of_redis() | {"bucket_problem": bucket.problem()}


def _of_database() -> dict[str, Any]:
    unapplied = unapplied_migrations()
    return {
        "unapplied_migrations": unapplied,
        "demo_people": 0 if unapplied else demo_users().count(),
        "postgres": postgres_settings(),
    }


def unapplied_migrations() -> int:
    """Return how many migrations the database lacks."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def postgres_settings() -> dict[str, str]:
    """Return settings of the PostgreSQL server by name. Empty on SQLite."""
    if connection.vendor != "postgresql":
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, current_setting(name) FROM unnest(%s::text[]) AS name",
            [list(POSTGRES_SETTINGS)],
        )
        return dict(cursor.fetchall())


def _of_redis() -> dict[str, Any]:
    found = redis_settings()
    return {
        "redis": found,
        "redis_is_socket": settings.REDIS_URL.startswith("unix://"),
        "redis_has_password": "@" in settings.REDIS_URL or "password=" in settings.REDIS_URL,
        "redis_clock_difference": redis_clock_difference() if found else 0.0,
    }


def redis_settings() -> dict[str, str]:
    """Return settings of Redis by name; one that it does not tell is empty. Empty if it does not answer."""
    try:
        found: Any = heartbeat.redis.config_get("maxmemory-policy")
        return {"maxmemory-policy": "", **found}
    except ResponseError:  # a hosted Redis, which hides its settings
        return {"maxmemory-policy": ""}
    except RedisError:
        return {}


def redis_clock_difference() -> float:
    """Return by how many seconds the clock of Redis is ahead, give or take the way there."""
    try:
        answer: Any = heartbeat.redis.time()
    except RedisError:
        return 0.0
    return float(answer[0] + answer[1] / 1e6 - time.time())


def _of_machine() -> dict[str, Any]:
    var = Path(settings.VAR_DIR)
    usage = shutil.disk_usage(var)
    server, problem = mail_server()
    return {
        "var": str(var),
        "disk_free": usage.free,
        "disk_size": usage.total,
        "open_files": open_files(var),
        "clock_is_synchronised": clock_is_synchronised(),
        "mail_server": server,
        "mail_problem": problem,
    }


def open_files(directory: Path) -> list[str]:
    """Return the files that every account of the machine can read, at most 100.

    A closed directory hides what is in it. Static files are public anyway.
    """
    found: list[str] = []
    waiting = [directory]
    while waiting and len(found) < 100:
        path = waiting.pop()
        with contextlib.suppress(OSError):
            mode = path.lstat().st_mode
            if path.is_symlink() or path == Path(settings.STATIC_ROOT) or (path.is_dir() and not mode & 0o007):
                continue
            if path.is_dir():
                waiting += path.iterdir()
            elif mode & 0o007:
                found.append(str(path))
    return found


def clock_is_synchronised() -> bool | None:
    """Return whether the kernel's clock follows a time server. None if it cannot be asked."""
    try:
        state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(512))  # all zero: only read
    except (OSError, AttributeError):
        return None
    return None if state < 0 else bool(state != TIME_ERROR)


def mail_server() -> tuple[str, str]:
    """Return host and port of the mail server, and why it cannot be reached. Both empty if there is none."""
    if "smtp" not in settings.EMAIL_DIRECT_BACKEND:
        return "", ""
    host, port = settings.EMAIL_HOST, settings.EMAIL_PORT
    try:
        socket.create_connection((host, port), timeout=WAIT_SECONDS).close()
    except OSError as error:
        return f"{host}:{port}", str(error)
    return f"{host}:{port}", ""


def _of_backups() -> dict[str, Any]:
    found = sorted(Path(settings.BACKUPS_DIR).glob(PATTERN))
    if not found:
        return {"backup_hours": None, "backup_problem": ""}
    newest = found[-1]
    return {
        "backup_hours": (time.time() - newest.stat().st_mtime) / 3600,
        "backup_problem": backup_problem(newest),
    }


def backup_problem(path: Path) -> str:
    """Return why a backup cannot be read. Of an encrypted one only the first line is known without the private key."""
    try:
        if path.suffix == ".age":
            with path.open("rb") as file:
                return "" if file.read(22) == b"age-encryption.org/v1\n" else f"{path.name} is not encrypted by age."
        if path.stat().st_size > LARGEST_READ:
            with tarfile.open(path, "r|gz") as archive:
                archive.next()
        else:
            check_backup(path)
    except BackupError as error:
        return error.message
    except (OSError, EOFError, tarfile.TarError) as error:
        return f"{path.name}: {type(error).__name__}."
    return ""


def database_answers() -> bool:
    """Return whether the database answers. Without it there are no facts."""
    try:
        connection.ensure_connection()
    except DatabaseError:
        return False
    return True
