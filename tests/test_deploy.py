"""`deploy/respawn`: what keeps one part's death from being everybody's."""

import re
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client
from honcho.manager import KILL_WAIT
from pytest_django import Settings

from spaces_project import health
from tests.support.ports import free_port
from tests.support.processes import REPOSITORY, Child

Respawn = Callable[[str], Child]


@pytest.fixture
def respawn(tmp_path: Path) -> Iterator[Respawn]:
    """Runs a shell script under `deploy/respawn`, with what honcho and `deploy/run` give it."""
    (tmp_path / "run.env").write_text("PORT=9456\n")
    environment = {"SPACES_VAR": str(tmp_path), "PORT": "5100", "HONCHO_PROCESS_NAME": "worker.1"}
    children = []

    def start(script: str) -> Child:
        command = [str(REPOSITORY / "deploy/respawn"), "sh", "-c", script]
        children.append(Child(command, log=tmp_path / "respawn.log", env=environment))
        return children[-1]

    yield start
    for child in children:
        child.stop()


def has_said(child: Child, text: str, *, times: int = 1) -> bool:
    child.wait_until(lambda: child.output.count(text) >= times, seconds=10)
    return True


def ask_to_stop(child: Child) -> None:
    """Returns when it is gone."""
    child.send(signal.SIGTERM)
    child.wait_until_gone(seconds=20)


def grace_seconds() -> int:
    found = re.search(r"^readonly GRACE_SECONDS=(\d+)", (REPOSITORY / "deploy/respawn").read_text(), re.MULTILINE)
    assert found
    return int(found[1])


def test_what_ends_is_started_again(respawn: Respawn) -> None:
    assert has_said(respawn("echo started; exit 3"), "started", times=2)


def test_it_gets_the_port_that_was_chosen_not_the_one_of_honcho(respawn: Respawn) -> None:
    assert has_said(respawn('echo "port $PORT"; sleep 60'), "port 9456")


def test_a_signal_to_stop_is_passed_on_once(respawn: Respawn) -> None:
    child = respawn('trap "echo asked; exit" INT; echo started; while :; do sleep 0.1; done')
    has_said(child, "started")
    ask_to_stop(child)
    assert child.output.count("asked") == 1


def test_what_does_not_obey_is_killed(respawn: Respawn) -> None:
    child = respawn('trap "" INT; echo started; while :; do sleep 0.1; done')
    has_said(child, "started")
    ask_to_stop(child)


@pytest.mark.security("A22")
def test_what_dies_five_times_in_a_row_is_reported_until_it_lives(respawn: Respawn, tmp_path: Path) -> None:
    mark = tmp_path / "dying/worker.1"
    child = respawn(f'echo started; test -e "{tmp_path}/well" || exit 3; sleep 60')
    assert has_said(child, "started", times=4)
    assert not mark.exists()
    child.wait_until(mark.exists, seconds=15)
    (tmp_path / "well").touch()
    child.wait_until(lambda: not mark.exists(), seconds=30)


@pytest.mark.security("A22")
def test_health_tells_of_a_part_that_keeps_dying(
    client: Client, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for part in health.PROBES:
        monkeypatch.setitem(health.PROBES, part, lambda: health.OK)
    settings.VAR_DIR = tmp_path
    (tmp_path / "dying").mkdir()
    (tmp_path / "dying/web.2").touch()
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["web"]) == (503, "ended five times in a row")


PARTS = """#!/bin/sh
trap 'exit 0' TERM
echo parts are running
while :; do sleep 0.1; done
"""


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Child]:
    """`deploy/run` itself, with nothing to prepare and a program in the place of honcho that waits to be ended."""
    shutil.copytree(REPOSITORY / "deploy", tmp_path / "deploy")
    binaries = tmp_path / ".venv/bin"
    binaries.mkdir(parents=True)
    (binaries / "python").symlink_to(sys.executable)
    (binaries / "honcho").write_text(PARTS)
    (binaries / "honcho").chmod(0o755)
    (tmp_path / "manage.py").touch()
    command = ["env", "--default-signal=INT,HUP", str(tmp_path / "deploy/run")]
    ports = {name: str(free_port()) for name in ("PORT", "REDIS_PORT", "GATEWAY_PORT", "GATEWAY_ADMIN_PORT")}
    child = Child(command, log=tmp_path / "run.log", env=ports | {"SPACES_VAR": str(tmp_path / "var")})
    yield child
    child.stop()


@pytest.mark.security("A22")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_whole_ends_with_all_it_started_when_told(run: Child, tmp_path: Path, number: signal.Signals) -> None:
    has_said(run, "parts are running")
    (holder,) = (pid for pid in children_of(run.pid) if b"hold.py" in Path(f"/proc/{pid}/cmdline").read_bytes())
    run.send(number)
    run.wait_until_gone(seconds=10)
    assert not Path(f"/proc/{holder}").exists()


def children_of(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def test_it_gives_up_on_its_command_well_before_honcho_gives_up_on_it() -> None:
    assert grace_seconds() + 1 < KILL_WAIT


def test_make_run_starts_every_part_that_the_procfile_has() -> None:
    """A part that is only in the Procfile runs in tests and under systemd, and not for those who try the site."""
    text = (REPOSITORY / "deploy/run").read_text()
    [always] = re.findall(r"local parts=\(([a-z ]+)\)", text)
    wanted = re.findall(r"parts=\((gateway|redis) |parts\+=\((turn|proxy)\)", text)
    sometimes = {name for pair in wanted for name in pair if name}
    procfile = set(re.findall(r"^(\w+):", (REPOSITORY / "Procfile").read_text(), re.MULTILINE))
    assert set(always.split()) | sometimes == procfile
