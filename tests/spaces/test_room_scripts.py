"""Run what the room's modules are tested with in Node, so that each carries its row of the faults."""

import shutil
import subprocess

import pytest

from tests.support.processes import REPOSITORY

NODE = shutil.which("node")


@pytest.mark.skipif(NODE is None, reason="Node.js is not installed")
@pytest.mark.parametrize(
    "name",
    [
        pytest.param("own-microphone", marks=pytest.mark.security("A2", "A5", "A18")),
        pytest.param("player", marks=pytest.mark.security("A6")),
        pytest.param("room-truth", marks=pytest.mark.security("A3", "A4", "A7", "A9", "A26", "B20")),
        pytest.param("floor", marks=pytest.mark.security("A19", "A20")),
        pytest.param("local-times", marks=pytest.mark.security("A9", "B7", "B13", "B17")),
        pytest.param("comforts", marks=pytest.mark.security("A19", "A32")),
    ],
)
def test_the_modules_of_the_room_keep_their_word(name: str) -> None:
    done = subprocess.run(
        [str(NODE), "--test", f"tests/js/{name}.test.mjs"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
