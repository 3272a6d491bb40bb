"""The whole product for one test: every part a real process, on ports, a directory and a database of its own.

    with Stack(tmp_path) as stack:
        page = browsers.open(stack.url, "ada", tone=440)
        stack.kill("gateway")

The commands are those of the Procfile without `deploy/respawn`, so what a test kills stays dead until `restart`; only
the gateway comes back by itself, as its supervisor is part of what is tested. What ends without having been killed is
started again, as `deploy/respawn` would.
"""

import asyncio
import functools
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, Self

import redis

from spaces.gateway.admin import AdminClient
from spaces.gateway.audiobridge import AudioBridge
from spaces.gateway.client import GatewayClient
from spaces.gateway.endpoint import Endpoint
from spaces.gateway.streaming import Streaming

from .ports import free_port
from .processes import PYTHON, REPOSITORY, Child, stand_still

Part = Literal[
    "redis",
    "supervisor",
    "supervisor2",
    "gateway",
    "web",
    "web2",
    "proxy",
    "worker",
    "beat",
    "captions",
    "recorder",
    "speech",
    "outside",
    "sound",
    "notify",
]
Server = Literal["daphne", "uvicorn"]

PARTS: Final[tuple[Part, ...]] = (
    "redis",
    "supervisor",
    "web",
    "worker",
    "beat",
    "captions",
    "recorder",
    "speech",
    "outside",
    "sound",
    "notify",
)
LOGS: Final = REPOSITORY / "var/test-logs"
HEALTHY_WITHIN: Final = 120.0


@dataclass(frozen=True, slots=True)
class Census:
    """What the gateway holds. A test of leaks compares it before and after."""

    sessions: int
    handles: int
    rooms: int
    mountpoints: int


class Stack:
    """Starts on entering, ends on leaving; logs stay under `var/test-logs/`, in a directory named as the test's is.

    Args:
        directory: where state is kept; a test gives its `tmp_path`.
        server: which ASGI server runs the web part.
        database_url: a PostgreSQL database; None is an SQLite file in `directory`.
        web_processes: two are `web` and `web2` behind `proxy`.
        gateways: two are `main`, run by `supervisor`, and `west`, run by `supervisor2`.
        environment: settings that differ from their defaults, by their names in the environment.
    """

    def __init__(
        self,
        directory: Path,
        *,
        server: Server = "daphne",
        database_url: str | None = None,
        web_processes: Literal[1, 2] = 1,
        gateways: Literal[1, 2] = 1,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._var = directory / "var"
        self._logs = LOGS / directory.name
        self._database_url = database_url
        self._commands = _commands(server)
        self._parts = PARTS if web_processes == 1 else (*PARTS, "web2", "proxy")
        self._own: dict[Part, dict[str, str]] = {}
        self._web_processes = web_processes
        self._children: dict[Part, Child] = {}
        self._killed: set[Part] = set()
        self._environment = self._addresses() | dict(environment or {})
        if gateways == 2:
            self._add_gateway()

    @property
    def environment(self) -> dict[str, str]:
        """Return the variables of this stack, for another part of it that the test starts."""
        return dict(self._environment)

    @property
    def database(self) -> Path:
        """The SQLite file, where no other database was asked for."""
        return self._var / "spaces.sqlite3"

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def start(self) -> None:
        shutil.rmtree(self._logs, ignore_errors=True)
        self._logs.mkdir(parents=True)
        self._prepare()
        for part in self._parts:
            self._start(part)
        self.wait_healthy(timeout=HEALTHY_WITHIN)

    def stop(self) -> None:
        """Ends every part, those that hang too."""
        for child in self._children.values():
            child.send(signal.SIGCONT)
            child.send(signal.SIGTERM)
        for child in self._children.values():
            child.stop()

    def wait_healthy(self, *, timeout: float) -> None:
        """Returns when every part says so. Raises AssertionError with what /healthz said last."""
        self.wait_until(self._is_healthy, seconds=timeout)

    def wait_until(self, condition: Callable[[], bool], *, seconds: float) -> None:
        """Raises AssertionError with the health of all parts when it takes longer."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"not within {seconds} s; {self.health()}; logs in {self._logs}"
            time.sleep(0.1)

    def _is_healthy(self) -> bool:
        self.respawn()
        return self._all_are_ready() and set((self.health() or {}).values()) == {"ok"}

    def _all_are_ready(self) -> bool:
        """Return whether every web process is ready: /healthz is answered by any one of them."""
        ports = [port for name, port in self._environment.items() if name.startswith("WEB_PORT_")]
        try:
            for port in ports if self._web_processes > 1 else ():
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
                    pass
        except (OSError, http.client.HTTPException):
            return False
        return True

    def health(self) -> dict[str, str] | None:
        """Return the answer of /healthz, or None while the web part does not answer."""
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as answer:
                body = answer.read()
        except urllib.error.HTTPError as refusal:
            body = refusal.read()
        except (OSError, http.client.HTTPException):
            return None
        try:
            report: dict[str, str] = json.loads(body)
        except ValueError:
            return None
        return report

    def kill(self, part: Part) -> None:
        """kill -9. A killed `gateway` is started again by its supervisor; killing that kills both."""
        if part == "gateway":
            os.kill(self.gateway_pid(), signal.SIGKILL)
        else:
            self._killed.add(part)
            self._children[part].kill()

    def restart(self, part: Part) -> None:
        """A new process in the place of a part that was killed, or is killed now."""
        if part == "gateway":
            return self.kill(part)
        self._children[part].kill()
        return self._start(part)

    def respawn(self) -> None:
        """Celery's worker, for one, gives up when Redis falls while it acknowledges a task (kombu 5.7)."""
        for part, child in self._children.items():
            if not child.is_running and part not in self._killed:
                self._start(part)

    def send(self, part: Part, number: signal.Signals) -> None:
        os.kill(self.gateway_pid() if part == "gateway" else self._children[part].pid, number)

    def has_ended(self, part: Part) -> bool:
        """Return whether a part has ended and was not started again. Not for the gateway."""
        return not self._children[part].is_running

    def hang(self, part: Part) -> None:
        """The process stands still: its sockets stay open, nothing answers."""
        stand_still(self.pid(part))

    def cont(self, part: Part) -> None:
        self.send(part, signal.SIGCONT)

    def pid(self, part: Part) -> int:
        return self.gateway_pid() if part == "gateway" else self._children[part].pid

    def gateway_pid(self, part: Part = "supervisor") -> int:
        """Return the process of the gateway that `part` runs. Raises ValueError between two gateways."""
        supervisor = self._children[part].pid
        (pid,) = Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split()
        return int(pid)

    def log(self, part: Part) -> str:
        return self._children["supervisor" if part == "gateway" else part].output

    def manage(self, *arguments: str) -> str:
        """Runs a management command against this stack and returns what it printed."""
        return manage(self._environment, *arguments)

    def admin(self) -> AdminClient:
        """The gateway's admin API; an async context manager."""
        return AdminClient(
            f"ws://127.0.0.1:{self._environment['GATEWAY_ADMIN_PORT']}",
            admin_secret=self.secret("gateway_admin_secret"),
        )

    def endpoint(self, name: str = "test") -> Endpoint:
        """The gateway's API, for a client of the test's own."""
        return Endpoint(
            name=name,
            url=f"ws://127.0.0.1:{self._environment['GATEWAY_PORT']}",
            api_secret=self.secret("gateway_api_secret"),
            admin_key=self.secret("gateway_room_key"),
        )

    def forget_limits(self) -> None:
        """Let all users act as if they had done nothing yet. A test run does in minutes what people do in days."""
        password, port = self.secret("redis_password"), int(self._environment["REDIS_PORT"])
        with redis.Redis(port=port, password=password, socket_timeout=5) as client:
            if keys := list(client.scan_iter("limits:*")):
                client.delete(*keys)

    def census(self) -> Census:
        """Return what the gateway holds. Works beside a running Playwright, which occupies this thread's event loop."""
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, self._census()).result(timeout=15)

    async def _census(self) -> Census:
        async with self.admin() as admin:
            sessions, handles = len(await admin.list_sessions()), await admin.count_handles()
        client = GatewayClient(self.endpoint("census"))
        await client.start()
        try:
            await client.wait_ready(timeout=3)
            rooms = await AudioBridge(client).list_rooms()
            mountpoints = await Streaming(client).list_mountpoints()
        finally:
            await client.close()
        return Census(sessions, handles, len(rooms), len(mountpoints))

    def _add_gateway(self) -> None:
        """Run `west` beside `main`, with ports of its own."""
        port, known = free_port(), self._environment
        self._parts = (*self._parts, "supervisor2")
        known["GATEWAYS"] = f"main=ws://127.0.0.1:{known['GATEWAY_PORT']},west=ws://127.0.0.1:{port}"
        known["GATEWAY_RTP_PORTS"] = "20000-29999"
        self._own["supervisor2"] = {
            "GATEWAY_NAME": "west",
            "GATEWAY_PORT": str(port),
            "GATEWAY_ADMIN_PORT": str(free_port()),
            "GATEWAY_RTP_PORTS": "30000-39999",
        }

    def _addresses(self) -> dict[str, str]:
        known = {
            "SPACES_VAR": str(self._var),
            "PORT": str(self.port),
            "REDIS_PORT": str(free_port()),
            "GATEWAY_PORT": str(free_port()),
            "GATEWAY_ADMIN_PORT": str(free_port()),
            "METRICS_DIR": str(self._var / "metrics"),
            "WEB_PROCESSES": str(self._web_processes),
        }
        known |= {f"WEB_PORT_{number}": str(free_port()) for number in range(1, self._web_processes + 1)}
        return known | ({"DATABASE_URL": self._database_url} if self._database_url else {})

    def _prepare(self) -> None:
        template = _template()
        shutil.copytree(template, self._var, ignore=shutil.ignore_patterns("static"), dirs_exist_ok=True)
        (self._var / "static").symlink_to(template / "static")
        if self._database_url:
            _fill_database(self._environment)

    def _start(self, part: Part) -> None:
        self._killed.discard(part)
        command = ["bash", "-c", f"exec {self._commands[part]}"]
        number = {"HONCHO_PROCESS_NAME": "web.2" if part == "web2" else f"{part}.1"}
        env = self._environment | number | self._own.get(part, {})
        self._children[part] = Child(command, log=self._logs / f"{part}.log", env=env)

    def secret(self, name: str) -> str:
        return (self._var / "secrets" / name).read_text().strip()


def _commands(server: Server) -> dict[Part, str]:
    """The Procfile's, each without the wrapper that would start it again."""
    lines = re.findall(r"^(\w+): deploy/respawn (.+)$", (REPOSITORY / "Procfile").read_text(), re.MULTILINE)
    commands: dict[Any, str] = dict(lines)
    commands["supervisor"] = commands["supervisor2"] = commands.pop("gateway")
    commands["web"] += f" {server}"
    commands["web2"] = commands["web"]
    return commands


@functools.cache
def _template() -> Path:
    """A directory with secrets, collected static files and the seeded demo, made once for all stacks of a test run."""
    directory = Path(tempfile.mkdtemp(prefix="template-", dir=os.environ["SPACES_VAR"]))
    environment = {"SPACES_VAR": str(directory)}
    manage(environment, "install_speech_model")  # as `make run` does; once it is there this takes no time
    _fill_database(environment)
    manage(environment, "collectstatic", "--no-input", "--verbosity=0")
    return directory


@functools.cache
def demo_database() -> Path:
    """Return an SQLite file that is migrated and has the people of the demo, made once for a test run."""
    directory = Path(tempfile.mkdtemp(prefix="demo-", dir=os.environ["SPACES_VAR"]))
    _fill_database({"SPACES_VAR": str(directory)})
    return directory / "spaces.sqlite3"


def _fill_database(environment: Mapping[str, str]) -> None:
    manage(environment, "migrate", "--verbosity=0")
    manage(environment, "seed_demo")


def manage(environment: Mapping[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [PYTHON, "manage.py", *arguments],
        cwd=REPOSITORY,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"manage.py {' '.join(arguments)}:\n{done.stdout}{done.stderr}"
    return done.stdout
