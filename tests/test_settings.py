"""Settings: what the environment may say, and the document that lists it."""

import os
import re
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from spaces_project.env import local_secret
from tests.support.processes import PYTHON, REPOSITORY

READ = re.compile(r'\b(?:env\.\w+|local_secret)\(\s*"([A-Z_]+)"')
LISTED = re.compile(r"^\| `([A-Z_]+)` \|", re.MULTILINE)


def settings_with(**environment: str) -> subprocess.CompletedProcess[str]:
    """Prints the trusted origins of a process with this environment."""
    return _printed("*settings.TRUSTED_ORIGINS, *settings.ALLOWED_HOSTS", environment)


def setting_with(name: str, **environment: str) -> str:
    """Return what one setting is, as text, in a process with this environment."""
    done = _printed(f"settings.{name}", environment)
    assert not done.returncode, done.stderr
    return done.stdout.strip()


def _printed(what: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    program = f"from django.conf import settings; print({what})"
    return subprocess.run(
        [PYTHON, "-c", program],
        cwd=REPOSITORY,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.asvs("2.1.3")
def test_the_document_and_the_code_list_the_same_names() -> None:
    code = (REPOSITORY / "spaces_project/settings.py").read_text()
    document = (REPOSITORY / "docs/settings.md").read_text()
    assert set(LISTED.findall(document)) == set(READ.findall(code))


def test_no_name_is_listed_twice() -> None:
    names = LISTED.findall((REPOSITORY / "docs/settings.md").read_text())
    assert len(names) == len(set(names))


def test_the_port_is_part_of_the_trusted_origins() -> None:
    answer = settings_with(PORT="9123").stdout.split()
    assert answer == ["http://localhost:9123", "http://127.0.0.1:9123", "127.0.0.1", "localhost"]


def test_a_public_origin_takes_the_place_of_localhost() -> None:
    answer = settings_with(PORT="9123", SPACES_ORIGIN="https://spaces.example/").stdout.split()
    assert answer[0] == "https://spaces.example"


@pytest.mark.asvs("13.4.2")
def test_a_value_that_does_not_parse_stops_the_start() -> None:
    assert "ValueError" in settings_with(PORT="eight thousand").stderr


def test_commands_find_the_ports_that_run_chose(tmp_path: Path) -> None:
    (tmp_path / "run.env").write_text("PORT=9456\n")
    environment = {name: value for name, value in os.environ.items() if name != "PORT"}
    done = subprocess.run(
        [PYTHON, "-c", "from django.conf import settings; print(settings.PORT)"],
        cwd=REPOSITORY,
        env={**environment, "SPACES_VAR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.stdout.strip() == "9456", done.stderr


@pytest.mark.asvs("13.2.3", "13.3.2")
def test_a_secret_is_made_once_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    first = local_secret("A_SECRET", directory=tmp_path)
    assert local_secret("A_SECRET", directory=tmp_path) == first
    assert stat.S_IMODE((tmp_path / "a_secret").stat().st_mode) == 0o600


def test_processes_that_start_at_once_agree_on_a_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        secrets = set(pool.map(lambda _: local_secret("A_SECRET", directory=tmp_path), range(64)))
    assert len(secrets) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["a_secret"]


def test_a_secret_may_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SECRET", "given")
    assert local_secret("A_SECRET", directory=tmp_path) == "given"
    assert not list(tmp_path.iterdir())


@pytest.mark.asvs("13.3.1")
def test_a_secret_may_come_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mounted").write_text("from a file")
    monkeypatch.setenv("A_SECRET_FILE", str(tmp_path / "mounted"))
    assert local_secret("A_SECRET", directory=tmp_path / "unused") == "from a file"
