"""Whisper by CTranslate2: accurate, many languages; the operator brings the model, as a directory or a name that the
library fetches. Reference: https://github.com/SYSTRAN/faster-whisper
"""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from captions.engines.base import EngineMissing, require_files, require_library
from captions.words import Word

_FILES = ("model.bin", "config.json", "tokenizer.json")
_FULL_SCALE = 32768.0


@dataclass(frozen=True, slots=True)
class FasterWhisper:
    name: str
    model: Any
    language: str

    def transcribe(self, pcm: bytes) -> list[Word]:
        segments, _ = self.model.transcribe(
            _samples(pcm),
            language=self.language,
            word_timestamps=True,
            beam_size=1,
            condition_on_previous_text=False,  # an utterance stands alone; with it the model repeats itself
        )
        return [_word(word) for segment in segments for word in segment.words]


def require(*, model: str, language: str) -> None:
    require_library("faster_whisper", requirements="requirements-faster-whisper.txt")
    if not model:
        raise EngineMissing("faster_whisper needs CAPTIONS_MODEL: a model's directory, or its name (docs/captions.md)")
    if Path(model).is_absolute():
        require_files(model, _FILES)


def load(*, model: str, language: str) -> FasterWhisper:
    whisper = import_module("faster_whisper").WhisperModel(model, device="cpu", compute_type="int8", cpu_threads=1)
    return FasterWhisper(f"faster_whisper {Path(model).name}"[:40], whisper, language.split("-")[0])


def _samples(pcm: bytes) -> Any:
    numpy = import_module("numpy")
    return numpy.frombuffer(pcm, dtype="<i2").astype("float32") / _FULL_SCALE


def _word(word: Any) -> Word:
    return Word(word.word.strip(), int(word.start * 1000), int(word.end * 1000), float(word.probability))
