"""How long it takes to make the files for download of a replay, and what they are like.

    python -m benchmarks.export [--minutes 60]

The replay is written by the product's own encoder: noise that swells like speech, twenty seconds of it and ten of
silence, again and again. The files are made as the Celery job makes them: loudness measured, then M4A and MP3 at once.
Goal: an hour in at most 60 s on two cores, each file within one decibel of -16 LUFS and as long as the replay.
"""

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import av
import django
import numpy as np

from benchmarks._support.table import markdown, versions
from spaces.recordings import sound_child
from spaces.recordings.encoder import RATE, Encoder
from tests.support.environment import isolate

ROUND_SECONDS: Final = 30
SPOKEN_SECONDS: Final = 20
LEVEL: Final = 0.05


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=int, default=60)
    minutes = parser.parse_args().minutes
    isolate()
    # Only now: Django is set up when the settings of the run are known.
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spaces_project.settings")
    django.setup()
    from spaces.recordings import sound
    from spaces.selectors.timeline import Kept

    with tempfile.TemporaryDirectory() as name:
        source = Path(name) / "replay.mp4"
        _write_replay(source, minutes)
        targets: dict[sound.Format, Path] = {"m4a": Path(name) / "sound.m4a", "mp3": Path(name) / "sound.mp3"}
        what = sound.Export(source, [Kept(0, minutes * 60_000)], sound.Tags("An hour", "Ada", "2026-11-30"))
        with _timed() as spent:
            length_ms = sound.export(what, targets)
        rows = [(f"{minutes} minutes as M4A and MP3", f"{spent['wall']:.1f} s", f"{spent['cpu']:.1f} s")]
        print(markdown(("made", "wall clock", "CPU"), rows))
        print()
        print(
            markdown(
                ("file", "loudness", "longer than said", "size"), [_row(*one, length_ms) for one in targets.items()]
            )
        )
        print()
        print(versions("av", "numpy"))


def _write_replay(path: Path, minutes: int) -> None:
    axis = np.arange(ROUND_SECONDS * RATE) / RATE
    swells = np.clip(np.sin(2 * np.pi * 3 * axis), 0, 1) * (axis < SPOKEN_SECONDS)
    samples = (np.random.default_rng(17).normal(0, LEVEL, len(axis)) * swells).astype(np.float32)
    with path.open("wb") as file:

        def keep(fragment: Any) -> None:
            file.write(fragment.body if file.tell() else fragment.head + fragment.body)

        encoder = Encoder(0, keep)
        for number in range(minutes * 60 // ROUND_SECONDS):
            encoder.write(number * len(samples), samples)
        encoder.finish()


@contextmanager
def _timed() -> Iterator[dict[str, float]]:
    """Yield a mapping that holds, after the block, the seconds by the clock and the CPU seconds of ended children."""
    spent: dict[str, float] = {}
    began, before = time.monotonic(), _cpu_of_children()
    yield spent
    spent.update(wall=time.monotonic() - began, cpu=_cpu_of_children() - before)


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _row(kind: str, path: Path, length_ms: int) -> tuple[str, str, str, str]:
    loudness = sound_child.loudness(sound_child.mono(str(path)))
    longer = _seconds(path) - length_ms / 1000
    return kind, f"{loudness:.1f} LUFS", f"{longer:+.3f} s", f"{path.stat().st_size / 1e6:.1f} MB"


def _seconds(path: Path) -> float:
    with av.open(str(path)) as file:
        return (file.duration or 0) / 1_000_000


if __name__ == "__main__":
    main()
