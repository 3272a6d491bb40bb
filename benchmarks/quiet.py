"""What captions hear where nobody speaks: words in ten minutes of silence, noises and music.

    python -m benchmarks.quiet [--minutes 10]

Silence, hiss, hum, organ chords, typing, breathing, coughs and applause are made by arithmetic
(`tests/support/noises.py`), each minute with another seed. The recorded music is what Debian ships for telephone
queues, all of it (`benchmarks/_support/packages.py` names its authors and licence). Everything goes through the
product's endpointer and engine as fast as they can.
"""

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass

import django

from benchmarks._support.packages import MUSIC, pcm, unpacked
from benchmarks._support.table import markdown, versions
from tests.support import noises
from tests.support.environment import isolate

PIECE = 640
"""Bytes of 20 ms, as they come from the decoder."""


@dataclass(frozen=True, slots=True)
class Listened:
    minutes: float
    utterances: int
    words: list[str]
    seconds: float


def main() -> None:
    minutes = _options().minutes
    isolate()
    django.setup()
    rows = [_row(name, _listen(_made(name, minutes))) for name in noises.NOISES]
    rows.append(_row("recorded music", _listen(pcm(path) for path in sorted(unpacked(MUSIC).rglob("*.wav")))))
    print(f"{versions('faster-whisper')}\n")
    print(markdown(["sound", "minutes", "utterances", "words", "took s", "the words"], rows))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=int, default=10)
    return parser.parse_args()


def _made(name: str, minutes: int) -> Iterator[bytes]:
    return (noises.pcm(noises.NOISES[name](60, seed)) for seed in range(minutes))


def _listen(sounds: Iterator[bytes]) -> Listened:
    from captions.engines import engine
    from captions.ingest.endpointer import Endpointer

    endpointer, heard, at_ms, began = Endpointer(), [], 0, time.monotonic()
    for sound in sounds:
        for start in range(0, len(sound), PIECE):
            heard += endpointer.push(sound[start : start + PIECE], at_ms=at_ms)
            at_ms += 20
    if last := endpointer.finish():
        heard.append(last)
    words = [word.text for one in heard for word in engine().transcribe(one.pcm, language="en").words]
    return Listened(at_ms / 60_000, len(heard), words, time.monotonic() - began)


def _row(name: str, found: Listened) -> list[str]:
    words = "".join(found.words).strip() or "-"
    return [name, f"{found.minutes:.0f}", str(found.utterances), str(len(found.words)), f"{found.seconds:.0f}", words]


if __name__ == "__main__":
    main()
