from pathlib import Path

import pytest
from pytest_django import Settings

from tests.spaces.fixtures import audio_where_there_is_a_gateway, cheap_passwords, scene, told

__all__ = ["audio_where_there_is_a_gateway", "cheap_passwords", "scene", "told"]


@pytest.fixture(autouse=True)
def recordings_dir(tmp_path: Path, settings: Settings) -> Path:
    """A directory of its own for the files of each test."""
    settings.RECORDINGS_DIR = tmp_path / "recordings"
    return tmp_path / "recordings"
