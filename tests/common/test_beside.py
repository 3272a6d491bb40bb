"""A file that is written beside its place."""

import os
import stat
import time
from pathlib import Path

import pytest

from spaces_project.common.beside import LEFT_BEHIND_SECONDS, written_beside


def test_it_takes_its_place_when_it_is_complete(tmp_path: Path) -> None:
    target = tmp_path / "a.json"
    target.write_text("old")
    with written_beside(target) as unfinished:
        unfinished.write_text("new")
        assert target.read_text() == "old"
    assert (target.read_text(), os.listdir(tmp_path)) == ("new", ["a.json"])


def test_an_error_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "a.json"
    target.write_text("old")
    with pytest.raises(OSError, match="full"), written_beside(target):
        raise OSError("full")
    assert (target.read_text(), os.listdir(tmp_path)) == ("old", ["a.json"])


@pytest.mark.parametrize(("days", "left"), [(0.5, 2), (1.5, 1)])
def test_what_a_killed_process_left_goes_a_day_later(tmp_path: Path, days: float, left: int) -> None:
    other = tmp_path / ".a-0123.json"
    other.touch()
    then = time.time() - days * LEFT_BEHIND_SECONDS
    os.utime(other, (then, then))
    with written_beside(tmp_path / "a.json") as unfinished:
        unfinished.write_text("new")
    assert len(os.listdir(tmp_path)) == left


def test_its_mode_is_the_one_asked_for(tmp_path: Path) -> None:
    with written_beside(tmp_path / "a.zip", mode=0o600):
        pass
    assert stat.S_IMODE((tmp_path / "a.zip").stat().st_mode) == 0o600
