"""docs/api.md from top to bottom: every block is run as it stands, in one go, by what its reader has."""

import os
import re
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from django.db import connection
from django.test import override_settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from spaces import services
from spaces.models import Participant, Space
from spaces.models.tokens import new_token
from spaces.states import Role, SpaceState
from tests.factories import UserFactory
from tests.support.processes import REPOSITORY

pytestmark = [pytest.mark.redis, pytest.mark.django_db(transaction=True)]

DOCUMENT: Final = REPOSITORY / "docs/api.md"
BLOCKS: Final = re.findall(r"^```(\w*)\n(.*?)^```$", DOCUMENT.read_text(), re.MULTILINE | re.DOTALL)
PROGRAMS: Final = {"python": (".venv/bin/python", "{}"), "javascript": ("node", "{}")}
ENDINGS: Final = {"python": "py", "javascript": "mjs"}
PATIENCE: Final = 60.0


@dataclass
class Reader:
    """A reader who types what the document says, at the root of a checkout, one block after the other."""

    directory: Path
    environment: dict[str, str]

    def read(self, number: int, language: str, block: str) -> str:
        if language == "sh":
            return self._shell(block)
        script = self.directory / f"block{number}.{ENDINGS[language]}"
        script.write_text(block)
        return self._run([part.format(script) for part in PROGRAMS[language]])

    def _shell(self, block: str) -> str:
        """Run a block. What it exports is there for the next one."""
        exported = self.directory / "exported"
        script = f"set -eu\ncd {self.directory}\n{block}\nexport -p > {exported}; env -0 > {exported}.env\n"
        told = self._run(["bash", "-c", script])
        pairs = (line.split("=", 1) for line in Path(f"{exported}.env").read_text().split("\0") if "=" in line)
        self.environment |= {name: value for name, value in pairs if name.startswith("SPACES_")}
        return told

    def _run(self, command: list[str]) -> str:
        done = subprocess.run(
            command, cwd=REPOSITORY, env=self.environment, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture
def ada(live_server: LiveServer) -> User:
    return UserFactory.create(username="ada", followers_count=600)


@pytest.fixture
def reader(live_server: LiveServer, tmp_path: Path, ada: User) -> Iterator[Reader]:
    for name in (".venv", "manage.py"):
        (tmp_path / name).symlink_to(REPOSITORY / name)
    (tmp_path / "node_modules").symlink_to(REPOSITORY / "tests/js/node_modules")
    database = f"sqlite:///{connection.settings_dict['NAME']}"
    if connection.vendor != "sqlite":
        database = os.environ["DATABASE_URL"]
    with override_settings(PUBLIC_ORIGIN=live_server.url):
        yield Reader(tmp_path, {**os.environ, "SPACES_URL": live_server.url, "DATABASE_URL": database})


class Guest(threading.Thread):
    """Comes into the first live Space that has to be asked for the microphone, asks, and once it is given ends it."""

    def __init__(self, host: User) -> None:
        super().__init__(daemon=True)
        self.got_the_microphone = False
        self._host, self._guest = host, UserFactory.create()

    def run(self) -> None:
        try:
            space: Any = self._waits_for(lambda: Space.objects.filter(title="Open microphone", state=SpaceState.LIVE))
            services.join_space(public_id=space.public_id, user=self._guest, connection=new_token())
            services.request_to_speak(public_id=space.public_id, user=self._guest)
            speaks = Participant.objects.filter(space=space, user=self._guest, role=Role.SPEAKER)
            self.got_the_microphone = self._waits_for(lambda: speaks) is not None
            services.end_space(public_id=space.public_id, user=self._host)
        finally:
            connection.close()

    def _waits_for(self, rows: Any) -> Any:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if (found := rows().first()) is not None:
                return found
            time.sleep(0.2)
        return None


def test_it_begins_with_five_minutes_from_nothing() -> None:
    heading = re.findall(r"^## (.*)$", DOCUMENT.read_text(), re.MULTILINE)[0]
    assert heading == "Five minutes from nothing"
    assert [language for language, _ in BLOCKS] == ["sh", "sh", "python", "python", "javascript", "python"]


def test_every_block_runs_as_it_stands(reader: Reader, ada: User) -> None:
    guest = Guest(ada)
    guest.start()
    told = [reader.read(number, language, block) for number, (language, block) in enumerate(BLOCKS)]
    guest.join(PATIENCE)
    assert '"username":"ada"' in told[1] and '"title":"Tea at four"' in told[1]
    assert "Tea is at four." in told[2]
    assert "ada has 600 followers" in told[3] and "Tea is at four." in told[3]
    assert "Tea is at four." in told[4]
    assert "live: http" in told[5] and "a listener has the microphone" in told[5]
    assert guest.got_the_microphone
    assert {space.state for space in Space.objects.all()} == {SpaceState.ENDED}
