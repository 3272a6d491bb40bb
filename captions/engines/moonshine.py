"""Moonshine Voice: small models for live captions; the operator brings one, as `architecture:directory`.
Reference: https://github.com/moonshine-ai/moonshine
"""

import array
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from captions.engines.base import RATE, EngineMissing, require_files, require_library
from captions.recognised import Draft, Understood, Word

ARCHITECTURES = ("tiny", "base", "tiny_streaming", "base_streaming", "small_streaming", "medium_streaming")
_STREAMING = "_streaming"
_TOKENIZER = "tokenizer.bin"
_FILES = ("encoder_model.ort", "decoder_model_merged.ort", _TOKENIZER)
_FULL_SCALE = 32768.0


@dataclass(frozen=True, slots=True)
class Moonshine:
    name: str
    transcriber: Any
    turn: threading.Lock = field(default_factory=threading.Lock)
    """Nothing says that its library may be used by two threads at once."""

    def transcribe(
        self,
        pcm: bytes,
        *,
        language: str | None,
        expected: str = "",
        names: Sequence[str] = (),
        translate: bool = False,
    ) -> Understood:
        """Understand a whole utterance. The models have one language each, take no names and do not translate."""
        with self.turn:
            samples = [sample / _FULL_SCALE for sample in array.array("h", pcm)]
            transcript = self.transcriber.transcribe_without_streaming(samples, RATE)
            return Understood([word for line in transcript.lines for word in _words(line)], language or "")

    def draft(self, pcm: bytes, *, language: str, after: str = "") -> Draft:
        text = self.transcribe(pcm, language=language).text
        return Draft(text if text.startswith(after) else after)


def require(*, model: str, languages: Sequence[str]) -> None:
    require_library("moonshine_voice", requirements="requirements-moonshine.txt")
    architecture, _, directory = model.partition(":")
    if architecture not in ARCHITECTURES or not directory:
        raise EngineMissing(
            f"moonshine needs CAPTIONS_MODEL as ARCHITECTURE:DIRECTORY, one of {', '.join(ARCHITECTURES)}"
        )
    require_files(directory, [_TOKENIZER] if architecture.endswith(_STREAMING) else _FILES)
    if not any(Path(directory).glob("*.ort")):
        raise EngineMissing(f"CAPTIONS_MODEL: there is no model (*.ort) in {directory}")


def load(*, model: str) -> Moonshine:
    architecture, _, directory = model.partition(":")
    library = import_module("moonshine_voice")
    transcriber = library.Transcriber(
        directory, library.ModelArch[architecture.upper()], options={"word_timestamps": "true"}
    )
    return Moonshine(f"moonshine {Path(directory).name}"[:40], transcriber)


def _words(line: Any) -> Iterator[Word]:
    """Return words with times. Some models time only the line; its words are then spread over it evenly."""
    if line.words:
        for word in line.words:
            yield Word(f" {word.word.strip()}", int(word.start * 1000), int(word.end * 1000), float(word.confidence))
        return
    texts = line.text.split()
    step = line.duration * 1000 / max(len(texts), 1)
    for number, text in enumerate(texts):
        start = line.start_time * 1000 + number * step
        yield Word(f" {text}", int(start), int(start + step), 1.0)
