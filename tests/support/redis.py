"""A real Redis for tests: its own port, nothing on disk, and the ways it can fail."""

import contextlib
import signal
from collections.abc import Iterator
from pathlib import Path

from redis import Redis

from .ports import free_port, listens
from .processes import REPOSITORY, Child, stand_still

STARTS_WITHIN = 5.0


class RedisServer:
    """Made by `running_redis`; started as `make run` starts it, by `deploy/redis`."""

    def __init__(self, directory: Path, *, port: int) -> None:
        self.port = port
        self._directory = directory
        self._child: Child | None = None

    def start(self) -> None:
        env = {"SPACES_VAR": str(self._directory), "REDIS_PORT": str(self.port)}
        self._child = Child([str(REPOSITORY / "deploy/redis")], log=self._directory / "redis.log", env=env)
        self._child.wait_until(lambda: listens(self.port), seconds=STARTS_WITHIN)

    @property
    def url(self) -> str:
        """Return the address with the password, which the server makes if there is none."""
        password = (self._directory / "secrets/redis_password").read_text().strip()
        return f"redis://:{password}@127.0.0.1:{self.port}/0"

    def kill9(self) -> None:
        """The process dies; what it held is lost."""
        self._running.kill()

    def restart(self) -> None:
        """kill -9 and an empty one on the same port."""
        self.kill9()
        self.start()

    def hang(self) -> None:
        """Connections stay open, nothing answers."""
        stand_still(self._running.pid)

    def cont(self) -> None:
        self._running.send(signal.SIGCONT)

    def flush(self) -> None:
        with Redis.from_url(self.url, socket_timeout=STARTS_WITHIN) as client:
            client.flushall()

    @contextlib.contextmanager
    def full(self) -> Iterator[None]:
        """Meanwhile it reads and takes nothing more, as one does that has used its memory and evicts nothing."""
        with Redis.from_url(self.url, socket_timeout=STARTS_WITHIN) as client:
            usual = client.config_get("maxmemory")["maxmemory"]
            client.config_set("maxmemory", 1)
            try:
                yield
            finally:
                client.config_set("maxmemory", usual)

    def close(self) -> None:
        if self._child is not None and self._child.is_running:
            self._child.kill()

    @property
    def _running(self) -> Child:
        assert self._child is not None, "Redis is not running"
        return self._child


@contextlib.contextmanager
def running_redis(directory: Path, *, port: int | None = None) -> Iterator[RedisServer]:
    """A Redis that is stopped on the way out, whatever happened to it."""
    server = RedisServer(directory, port=port or free_port())
    try:
        server.start()
        yield server
    finally:
        server.close()
