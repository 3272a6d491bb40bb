"""The one small interface of all engines."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from captions.recognised import Draft, Understood

RATE = 16_000
"""Hz, of all sound that engines get."""


class EngineMissing(Exception):
    """The library or the model of the chosen engine is not installed; the message says what to do."""


class Engine(Protocol):
    """One loaded model, which any number of threads may use at once.

    `pcm` is int16, little-endian, mono, 16 kHz. `language` None: the engine finds out.
    """

    @property
    def name(self) -> str:
        """The engine and its model, as stored with every utterance."""
        ...

    def transcribe(
        self,
        pcm: bytes,
        *,
        language: str | None,
        expected: str = "",
        names: Sequence[str] = (),
        translate: bool = False,
    ) -> Understood:
        """Understand a whole utterance. If nothing is understood, the result has no words. `names` may occur in it.
        `expected`: the language that is likely where it must be found out, or empty."""
        ...

    def draft(self, pcm: bytes, *, language: str, after: str = "") -> Draft:
        """Understand an unfinished utterance, quickly. The text begins with `after`, which was shown already."""
        ...


class Maker(Protocol):
    """A module of this package. `model` is the operator's setting, empty for the engine's own."""

    def require(self, *, model: str, languages: Sequence[str]) -> None:
        """Check that library and model are installed, and load nothing. Raises `EngineMissing`."""

    def load(self, *, model: str) -> Engine: ...


def require_library(name: str, *, requirements: str) -> None:
    """Import the library by its name. Raises `EngineMissing`."""
    if find_spec(name) is None:
        raise EngineMissing(f"{name} is not installed: pip install -r {requirements}")


def require_files(directory: str | Path, names: Sequence[str]) -> None:
    """Check that the files of the model exist. Raises `EngineMissing`."""
    missing = [name for name in names if not (Path(directory) / name).is_file()]
    if missing:
        raise EngineMissing(f"CAPTIONS_MODEL: there is no {', '.join(missing)} in {directory}")
