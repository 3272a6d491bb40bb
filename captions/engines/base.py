"""The one small interface of all engines."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from captions.words import Word

RATE = 16_000
"""Hz, of all sound that engines get."""


class EngineMissing(Exception):
    """The library or the model of the chosen engine is not there; the message says what to do."""


class Engine(Protocol):
    @property
    def name(self) -> str:
        """As it stands with every utterance, with its model."""
        ...

    def transcribe(self, pcm: bytes) -> Sequence[Word]:
        """`pcm`: int16, little-endian, mono, 16 kHz. Nothing understood is no words."""
        ...


class Maker(Protocol):
    """A module of this package. `model` is the operator's setting, empty for the engine's own."""

    def require(self, *, model: str, language: str) -> None:
        """Is everything there? Loads nothing. Raises `EngineMissing`."""

    def load(self, *, model: str, language: str) -> Engine: ...


def require_library(name: str, *, requirements: str) -> None:
    """Raises `EngineMissing`."""
    if find_spec(name) is None:
        raise EngineMissing(f"{name} is not installed: pip install -r {requirements}")


def require_files(directory: str, names: Sequence[str]) -> None:
    """Raises `EngineMissing`."""
    missing = [name for name in names if not (Path(directory) / name).is_file()]
    if missing:
        raise EngineMissing(f"CAPTIONS_MODEL: there is no {', '.join(missing)} in {directory}")
