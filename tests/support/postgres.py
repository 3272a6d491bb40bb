"""A private PostgreSQL cluster for tests: no system service, no TCP port, gone afterwards.

python -m tests.support.postgres COMMAND…     runs the command with DATABASE_URL set
"""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from .processes import DIES_WITH_US, Child

DEBIAN_PROGRAMS = Path("/usr/lib/postgresql")
STARTS_WITHIN = 15.0
# A test's cluster need not survive a power cut.
FAST = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")


class Cluster:
    """An empty one in a directory of its own, which must be PostgreSQL's. Made by `running_cluster`."""

    def __init__(self, directory: Path, connections: int) -> None:
        self.url = f"postgres://spaces@/{directory}/postgres"
        self._directory = directory
        data = str(directory / "data")
        _as_server("initdb", "--auth=trust", "--username=spaces", "--no-sync", "--encoding=UTF8", "-D", data)
        options = ("-k", str(directory), "-h", "", *FAST, "-c", f"max_connections={connections}")
        self._command = [*_server_user(), str(_program("postgres")), "-D", data, *options]

    def start(self) -> None:
        """Returns when it accepts connections."""
        self._server = Child(self._command, log=self._directory / "postgres.log")
        self._server.wait_until(lambda: _accepts(self._directory), seconds=STARTS_WITHIN)

    def connect(self) -> "psycopg.Connection[tuple[Any, ...]]":
        """Raises psycopg.OperationalError."""
        return psycopg.connect(host=str(self._directory), user="spaces", dbname="postgres", autocommit=True)

    def stop(self) -> None:
        """Cut off all connections."""
        self._server.stop(signal.SIGINT)  # TERM would wait for clients


@contextlib.contextmanager
def running_cluster(*, connections: int = 200) -> Iterator[Cluster]:
    """Stopped and removed on the way out."""
    directory = Path(tempfile.mkdtemp(prefix="spaces-postgres-"))
    try:
        _give_to_server(directory)
        cluster = Cluster(directory, connections)
        try:
            cluster.start()
            yield cluster
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(directory)


@contextlib.contextmanager
def running_postgres() -> Iterator[str]:
    """Gives the `DATABASE_URL` of an empty cluster, stopped and removed on the way out."""
    with running_cluster() as cluster:
        yield cluster.url


def _program(name: str) -> Path:
    """The newest one that Debian installed, which is not on the PATH, or else the one that is."""
    found = sorted(DEBIAN_PROGRAMS.glob(f"*/bin/{name}"), key=lambda path: float(path.parts[-3]))
    on_path = shutil.which(name)
    assert found or on_path, f"PostgreSQL is not installed ({name})"
    return found[-1] if found else Path(on_path or "")


def _as_server(name: str, *arguments: str) -> None:
    subprocess.run([*_server_user(), str(_program(name)), *arguments], check=True, stdout=subprocess.DEVNULL)


def _server_user() -> list[str]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return []
    # The credentials change clears the parent-death signal, so it is set again.
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--pdeathsig", "KILL", "--"]


def _give_to_server(directory: Path) -> None:
    if os.geteuid() == 0:
        entry = pwd.getpwnam("postgres")
        os.chown(directory, entry.pw_uid, entry.pw_gid)


def _accepts(directory: Path) -> bool:
    ready = [str(_program("pg_isready")), "--quiet", "-h", str(directory)]
    return subprocess.run(ready, check=False).returncode == 0


if __name__ == "__main__":
    with running_postgres() as url:
        command = [*DIES_WITH_US, *sys.argv[1:]]
        sys.exit(subprocess.run(command, env={**os.environ, "DATABASE_URL": url}, check=False).returncode)
