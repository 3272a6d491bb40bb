"""The speech engines beside each other, on sentences whose words are known.

    python -m benchmarks.engines faster_whisper=base faster_whisper=tiny.en moonshine=base:/srv/moonshine-base-en

Each argument is `ENGINE=CAPTIONS_MODEL`, run through our adapter and the library's own code. espeak-ng says the
sentences at 16 kHz; every sentence is one utterance. CPU seconds are those of this process alone.
"""

import argparse
import resource
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.captions import SENTENCES, errors
from captions.engines import ENGINES
from captions.engines.base import RATE
from captions.recognised import Word, joined
from tests.support.recordings import spelled
from tests.support.voice import silence, spoken

MARGIN_SECONDS = 0.3


@dataclass(frozen=True)
class Understood:
    """One sentence through one engine."""

    said: str
    words: Sequence[Word]
    seconds: float
    cpu_seconds: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("engines", nargs="+", metavar="ENGINE[=MODEL]")
    with tempfile.TemporaryDirectory() as directory:
        sounds = {sentence: _say(Path(directory), sentence) for sentence in SENTENCES}
    for chosen in parser.parse_args().engines:
        name, _, model = chosen.partition("=")
        _report(chosen, list(_understand(name, model, sounds)))


def _say(directory: Path, sentence: str) -> bytes:
    margin = silence(MARGIN_SECONDS, rate=RATE)
    return margin + spoken(directory / "said.wav", sentence, rate=RATE) + margin


def _understand(name: str, model: str, sounds: dict[str, bytes]) -> Iterator[Understood]:
    ENGINES[name].require(model=model, languages=["en"])
    engine = ENGINES[name].load(model=model)
    for sentence, pcm in sounds.items():
        before = _cpu()
        found = engine.transcribe(pcm, language="en").words
        yield Understood(sentence, found, len(pcm) / 2 / RATE, _cpu() - before)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _report(chosen: str, found: Sequence[Understood]) -> None:
    said = spelled(" ".join(one.said for one in found))
    understood = spelled(" ".join(joined(one.words) for one in found))
    cpu, seconds = sum(one.cpu_seconds for one in found), sum(one.seconds for one in found)
    outside = [
        word for one in found for word in one.words if not 0 <= word.start_ms <= word.end_ms <= one.seconds * 1000
    ]
    print(f"{chosen}: word error rate {errors(said, understood) / len(said):.3f}, of {len(said)} words")
    print(
        f"  CPU seconds per spoken second: {cpu / seconds:.2f}; words whose times are not in the sound: {len(outside)}"
    )
    for one in found[:4]:
        print(f"  {joined(one.words)}")


if __name__ == "__main__":
    main()
