"""State is for this account alone: sessions, messages, secrets, mails with reset links."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from pytest_django import Settings

from spaces.doors import checks
from tests.support.processes import REPOSITORY

pytestmark = [pytest.mark.security("C12"), pytest.mark.asvs("16.4.2"), pytest.mark.asvs("13.3.1")]

MAIL = "from django.core.mail import send_mail; send_mail('s', 'reset link', None, ['ana@spaces.example'])"


def readable_by_others(directory: Path) -> list[str]:
    return [str(path) for path in directory.rglob("*") if not path.is_symlink() and path.stat().st_mode & 0o077]


def test_what_commands_make_is_closed_whatever_the_shell_says(tmp_path: Path) -> None:
    var = tmp_path / "var"
    for arguments in (["migrate", "accounts", "0001", "--verbosity=0"], ["shell", "-c", MAIL]):
        subprocess.run(
            ["sh", "-c", 'umask 022 && exec "$@"', "sh", sys.executable, "manage.py", *arguments],
            cwd=REPOSITORY,
            env={**os.environ, "SPACES_VAR": str(var)},
            check=True,
            timeout=120,
        )
    assert list(var.glob("mail/*"))
    assert (var / "spaces.sqlite3").exists()
    assert readable_by_others(var) == []


def test_uploads_are_closed_too(tmp_path: Path) -> None:
    storage = FileSystemStorage(location=tmp_path / "media")
    storage.save("avatars/a.webp", ContentFile(b"x"))
    assert readable_by_others(tmp_path / "media") == []


def test_the_start_mends_what_earlier_versions_left(tmp_path: Path) -> None:
    old = tmp_path / "mail" / "old.log"
    old.parent.mkdir(mode=0o755)
    old.touch(mode=0o644)
    program = f"SPACES_VAR={tmp_path}; " + _function("close_to_others")
    subprocess.run(["bash", "-c", f"{program}; close_to_others"], check=True)
    assert readable_by_others(tmp_path) == []


def _function(name: str) -> str:
    lines = (REPOSITORY / "deploy/run").read_text().splitlines()
    first = lines.index(f"{name}() {{")
    return "\n".join(lines[first : lines.index("}", first) + 1])


@pytest.mark.parametrize("script", ["run", "web", "redis", "respawn", "proxy"])
def test_every_script_that_starts_a_part_closes_what_it_makes(script: str) -> None:
    assert "\numask 077\n" in (REPOSITORY / "deploy" / script).read_text()


def test_a_directory_that_is_open_to_all_stops_the_start(settings: Settings) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as directory:  # not of pytest, which closes its own
        settings.VAR_DIR = Path(directory)
        assert checks.modes(None, databases=["default"]) == []
        settings.VAR_DIR.chmod(0o755)
        assert [error.id for error in checks.modes(None, databases=["default"])] == ["spaces.E005"]
