"""Recordings of people, with what they say, out of packages; fetched once into `var/recordings/`.

- pocketsphinx 5.1.1 (BSD), its source: a LibriVox reader of "Sense and Sensibility" (public domain); playing cards
  named by a speaker whose English is not native; "go forward ten meters" by its author.
- moonshine-voice 0.1.5 (MIT), its wheel: a reader of "A Tale of Two Cities" (text in the public domain).
"""

import os
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .processes import REPOSITORY

PLACE: Final = REPOSITORY / "var/recordings"
_SPHINX, _MOONSHINE = "pocketsphinx==5.1.1", "moonshine-voice==0.1.5"
_PIP: Final = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
_TWO_CITIES: Final = """
It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of foolishness, it was the
epoch of belief, it was the epoch of incredulity, it was the season of light, it was the season of darkness, it was the
spring of hope, it was the winter of despair, we had everything before us, we had nothing before us, we were all going
direct to heaven, we were all going direct the other way. In short, the period was so far like the present period, that
some of its noisiest authorities insisted on its being received, for good or for evil, in the superlative degree of
comparison only.
"""


_SPELLED: Final = {"mr": "mister", "0": "zero", "1": "one", "2": "two", "3": "three", "4": "four", "5": "five"} | {
    "6": "six",
    "7": "seven",
    "8": "eight",
    "9": "nine",
    "10": "ten",
}


def spelled(text: str) -> list[str]:
    """Return the words as two texts are compared: numbers and "Mr." spelled out, hyphens as spaces, no marks."""
    plain = ["".join(c for c in word if c.isalnum() or c == "'") for word in text.lower().replace("-", " ").split()]
    return [_SPELLED.get(word, word) for word in plain if word]


@dataclass(frozen=True, slots=True)
class Recording:
    """`speaker` is one of four people."""

    speaker: str
    name: str
    text: str

    def pcm(self, rate: int) -> bytes:
        """int16 mono, at -3 dB."""
        raw = ["-t", "raw", "-r", "16000", "-e", "signed", "-b", "16", "-c", "1"]
        kept = PLACE / self.name
        given = [*raw, str(kept)] if kept.suffix == ".raw" else [str(kept)]
        wanted = ["-t", "raw", "-r", str(rate), "-e", "signed", "-b", "16", "-c", "1", "-", "gain", "-n", "-3"]
        return subprocess.run(["sox", "-R", *given, *wanted], check=True, capture_output=True).stdout


def recordings() -> list[Recording]:
    """Return all of them, in an order that never changes."""
    if not (PLACE / "two_cities.wav").is_file():
        _fetch()
    found = [*_listed("librivox", "reader"), *_listed("cards", "not native")]
    found.append(Recording("author", "goforward.raw", "go forward ten meters"))
    found.append(Recording("second reader", "two_cities.wav", " ".join(_TWO_CITIES.split())))
    return found


def _listed(directory: str, speaker: str) -> list[Recording]:
    """`<s> what is said </s> (name)` in each line."""
    [listing] = PLACE.glob(f"{directory}-*transcription")
    lines = re.findall(r"^(.*)\((?:.*/)?(\S+)\)\s*$", listing.read_text(), re.MULTILINE)
    return [Recording(speaker, f"{directory}-{name}.wav", re.sub(r"</?s>", "", said).strip()) for said, name in lines]


def _fetch() -> None:
    PLACE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        working = Path(name)
        # pip builds a source package's metadata before it gives the package away; only that needs scikit-build.
        _pip(["install", "--target", str(working / "build"), "scikit-build-core"], working)
        _pip(["download", "--no-deps", "--no-build-isolation", "--no-binary", ":all:", _SPHINX], working)
        _pip(["download", "--no-deps", "--only-binary", ":all:", _MOONSHINE], working)
        _unpack_sphinx(next(working.glob("pocketsphinx*.tar.gz")))
        with zipfile.ZipFile(next(working.glob("moonshine_voice*.whl"))) as wheel:
            (PLACE / "two_cities.wav").write_bytes(wheel.read("moonshine_voice/assets/two_cities.wav"))


def _pip(arguments: list[str], working: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(working / "build")}
    subprocess.run([*_PIP, *arguments], check=True, cwd=working, env=environment)


def _unpack_sphinx(path: Path) -> None:
    with tarfile.open(path) as archive:
        for member in archive.getmembers():
            place = re.search(r"/test/data/(?:(librivox|cards)/)?([^/]+)$", member.name)
            if place is None or not place[2].endswith((".wav", "transcription", "goforward.raw")):
                continue
            content = archive.extractfile(member)
            if content is not None:
                (PLACE / "-".join(filter(None, place.groups()))).write_bytes(content.read())
