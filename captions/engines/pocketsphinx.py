"""pocketsphinx: offline, with an English model in its wheel; small, and by far the least accurate of the three.

Reference: https://pocketsphinx.readthedocs.io/en/latest/pocketsphinx.html
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pocketsphinx

from captions.engines.base import RATE, EngineMissing, require_files
from captions.words import Word

_FRAME_MS = 10
_ALTERNATIVE = re.compile(r"\(\d+\)$")
_OWN_LANGUAGE = "en"
_ACOUSTIC = "acoustic"
_FILES = {"lm": "language.lm.bin", "dict": "words.dict"}

_SPEED: dict[str, Any] = {"fwdflat": False, "maxhmmpf": 2000}
"""One pass instead of two, and a bound on how many guesses it follows at once: less than half the time for a text that
is as good (docs/captions.md)."""


@dataclass(frozen=True, slots=True)
class PocketSphinx:
    name: str
    decoder: Any

    def transcribe(self, pcm: bytes) -> list[Word]:
        self.decoder.start_utt()
        try:
            self.decoder.process_raw(pcm, full_utt=True)
        finally:
            self.decoder.end_utt()
        return list(self._words())

    def _words(self) -> Iterator[Word]:
        exp = self.decoder.logmath.exp
        for segment in self.decoder.seg() or ():
            if segment.word[0] not in "<[":  # <s>, <sil>, [NOISE]
                text = _ALTERNATIVE.sub("", segment.word)
                end_ms = (segment.end_frame + 1) * _FRAME_MS
                yield Word(text, segment.start_frame * _FRAME_MS, end_ms, min(exp(segment.prob), 1.0))


def require(*, model: str, language: str) -> None:
    if model:
        return require_files(model, [*_FILES.values(), f"{_ACOUSTIC}/mdef"])
    if language.split("-")[0] != _OWN_LANGUAGE:
        raise EngineMissing(f"pocketsphinx comes with English only: for {language} set CAPTIONS_MODEL to a directory")
    return None


def load(*, model: str, language: str) -> PocketSphinx:
    """`model`: a directory with `acoustic/`, `language.lm.bin` and `words.dict`; empty: the English of the wheel."""
    paths = {"hmm": _ACOUSTIC, **_FILES} if model else {}
    files = {option: str(Path(model) / name) for option, name in paths.items()}
    decoder = pocketsphinx.Decoder(samprate=RATE, loglevel="FATAL", **files, **_SPEED)
    return PocketSphinx(f"pocketsphinx {Path(model).name or 'en-us'}", decoder)
