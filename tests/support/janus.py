"""A real gateway for tests: its own ports, its own directory, and the ways it can fail.

with running_gateway(tmp_path) as gateway:
    client = GatewayClient(gateway.endpoint())
"""

import contextlib
import dataclasses
import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings as site

from spaces.gateway.config import GatewaySettings, write_configuration
from spaces.gateway.endpoint import Endpoint

from .processes import stand_still

STARTS_WITHIN = 10.0
DIES_WITHIN = 5.0


@dataclass
class Gateway:
    """One janus process. Made by `running_gateway`; tests call what should happen to it."""

    directory: Path
    settings: GatewaySettings
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def pid(self) -> int:
        assert self._process is not None, "the gateway is not running"
        return self._process.pid

    @property
    def is_dead(self) -> bool:
        return self._process is None or self._process.poll() is not None

    @property
    def log(self) -> str:
        return (self.directory / "janus.log").read_text(errors="replace")

    def endpoint(self, **overrides: Any) -> Endpoint:
        """Return how to reach the gateway. Overrides are fields of Endpoint, such as the url of a proxy in between."""
        return dataclasses.replace(self.settings.endpoint("test"), **overrides)

    def start(self) -> None:
        main = write_configuration(self.directory, self.settings)
        with (self.directory / "janus.log").open("ab") as log:
            command = ["janus", "-F", str(self.directory), "-C", str(main)]
            self._process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        self._wait_until_listening()

    def kill9(self) -> None:
        """The process dies without a word."""
        self._signal(signal.SIGKILL)
        self._wait_until_gone()

    def stop(self) -> None:
        """The process hangs: sockets stay open, nothing answers."""
        stand_still(self.pid)

    def cont(self) -> None:
        self._signal(signal.SIGCONT)

    def restart(self) -> None:
        """kill -9 and a new process on the same ports."""
        self.kill9()
        self.start()

    def close(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.kill9()
        self._process = None

    def _signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def _wait_until_gone(self) -> None:
        assert self._process is not None
        self._process.wait(DIES_WITHIN)

    def _wait_until_listening(self) -> None:
        deadline = time.monotonic() + STARTS_WITHIN
        while not (_listens(self.settings.api_port) and _listens(self.settings.admin_port)):
            assert self._process is not None and self._process.poll() is None, f"the gateway died:\n{self.log[-2000:]}"
            assert time.monotonic() < deadline, f"the gateway does not listen:\n{self.log[-2000:]}"
            time.sleep(0.05)


@contextlib.contextmanager
def running_gateway(directory: Path, **overrides: Any) -> Iterator[Gateway]:
    """A gateway that is stopped on the way out, whatever happened to it. Overrides are fields of GatewaySettings."""
    gateway = Gateway(directory, free_settings(**overrides))
    try:
        gateway.start()
        yield gateway
    finally:
        gateway.close()


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """Return a free port on loopback."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def free_settings(**overrides: Any) -> GatewaySettings:
    """Return settings with secrets and TCP ports of their own, marked as this site's gateway.

    Overrides are fields of GatewaySettings.
    """
    known: dict[str, Any] = {
        "server_name": site.SITE_MARK,
        "api_secret": secrets.token_urlsafe(16),
        "admin_secret": secrets.token_urlsafe(16),
        "admin_key": secrets.token_urlsafe(16),
        "api_port": free_port(),
        "admin_port": free_port(),
        "debug_level": 4,
    }
    return GatewaySettings(**(known | overrides))


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
