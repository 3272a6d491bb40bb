"""`make run` as a whole: two copies at once on one machine, an open site, and nothing left behind."""

import json
import re
import shutil
import signal
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.ports import free_port
from tests.support.processes import REPOSITORY, Child
from tests.support.stack import demo_database, manage

pytestmark = [pytest.mark.gateway, pytest.mark.slow, pytest.mark.timeout(600)]

UNSET = ("REDIS_PORT", "REDIS_URL", "GATEWAY_PORT", "GATEWAY_ADMIN_PORT", "METRICS_DIR", "SPACES_ORIGIN")


class Copy:
    """One running product, started by the script that `make run` starts."""

    def __init__(self, directory: Path, **environment: str) -> None:
        self.var = directory / "var"
        self.port = free_port()
        if not self.var.exists():
            self.var.mkdir(parents=True)
            shutil.copy(demo_database(), self.var)  # to migrate an empty one takes longer than the start
        unset = [f"--unset={name}" for name in UNSET]
        given = [f"{name}={value}" for name, value in environment.items()]
        own = [f"SPACES_VAR={self.var}", f"PORT={self.port}"]
        command = ["env", "--default-signal=INT,HUP", *unset, *own, *given, str(REPOSITORY / "deploy/run")]
        self.child = Child(command, log=directory / "out.log")

    def report(self, host: str = "localhost") -> dict[str, str]:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/healthz", headers={"Host": host})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return dict(json.load(answer))
        except urllib.error.HTTPError as refusal:
            return dict(json.load(refusal)) if refusal.code == 503 else {}
        except OSError:
            return {}

    def wait_well(self, host: str = "localhost") -> None:
        """Return when every part says so, but for an engine of captions whose model is not on this machine."""
        self.child.wait_until(lambda: self._is_well(host), seconds=200)

    def _is_well(self, host: str) -> bool:
        time.sleep(0.5)
        report = {part: word for part, word in self.report(host).items() if (part, word) != ("speech", "no engine")}
        return set(report.values()) == {"ok"}

    def told(self) -> dict[str, str]:
        return dict(line.split("=", 1) for line in (self.var / "run.env").read_text().splitlines())

    def interrupt(self) -> None:
        """Ctrl-C, and wait until nothing of it is left."""
        self.child.send(signal.SIGINT)
        self.child.wait_until_gone(seconds=30)

    def processes(self) -> list[str]:
        mark = f"SPACES_VAR={self.var}".encode()
        found = []
        for path in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (path / "environ").read_bytes().split(b"\0"):
                    found.append((path / "cmdline").read_bytes().replace(b"\0", b" ").decode())
            except OSError:
                continue
        return found


@pytest.fixture
def copies(tmp_path: Path) -> Iterator[list[Copy]]:
    """Two copies, started at once."""
    started = [Copy(tmp_path / name) for name in ("one", "other")]
    yield started
    for copy in started:
        copy.child.stop()


@pytest.mark.security("A22")
@pytest.mark.security("C11")
@pytest.mark.security("C12")
def test_two_copies_at_once_do_not_meet_and_leave_nothing(copies: list[Copy]) -> None:
    for copy in copies:
        copy.wait_well()
    one, other = (copy.told() for copy in copies)
    assert not set(one.values()) & set(other.values())
    for copy in copies:
        assert (copy.var / "redis/redis.sock").is_socket()
        assert [
            str(path) for path in copy.var.rglob("*") if not path.is_symlink() and path.stat().st_mode & 0o077
        ] == []
    for copy in copies:
        assert copy.processes()
        copy.interrupt()
        deadline = time.monotonic() + 10
        while copy.processes() and time.monotonic() < deadline:
            time.sleep(0.2)
        assert copy.processes() == []


@pytest.mark.security("C1")
@pytest.mark.security("C26")
@pytest.mark.asvs("6.3.2")
def test_an_open_site_has_no_demo_and_is_asked_by_its_name(tmp_path: Path) -> None:
    var = tmp_path / "open/var"
    var.mkdir(parents=True)
    shutil.copy(demo_database(), var)
    manage({"SPACES_VAR": str(var)}, "remove_demo")
    copy = Copy(tmp_path / "open", SPACES_ORIGIN="https://spaces.example", BEHIND_PROXY="true")
    try:
        copy.wait_well("spaces.example")
        copy.child.wait_until(lambda: "setup_code" in copy.child.output, seconds=30)
        with sqlite3.connect(copy.var / "spaces.sqlite3") as database:
            assert database.execute("SELECT count(*) FROM accounts_user").fetchone() == (0,)
        assert "DisallowedHost" not in copy.child.output
        assert not re.search(r"Traceback|ERROR", copy.child.output)
    finally:
        copy.interrupt()


@pytest.mark.security("C1")
def test_a_site_that_is_opened_with_its_demo_does_not_start(tmp_path: Path) -> None:
    var = tmp_path / "var"
    var.mkdir()
    shutil.copy(demo_database(), var)
    command = ["env", *(f"--unset={name}" for name in UNSET), f"SPACES_VAR={var}", f"PORT={free_port()}"]
    done = subprocess.run(
        [*command, "SPACES_ORIGIN=https://spaces.example", str(REPOSITORY / "deploy/run")],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    assert "ada, alan, grace, joan, mod, senior" in done.stderr
    assert "remove_demo" in done.stderr
