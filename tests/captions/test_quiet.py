"""Sounds that are no speech: none of them becomes an utterance, so none becomes words."""

import math
import random
from array import array
from collections.abc import Callable, Iterator

import pytest

from captions.engines import engine
from captions.ingest.endpointer import Endpointer, Heard

RATE = 16_000
SECONDS = 20
pytestmark = pytest.mark.usefixtures("speech_model")


def heard(samples: Iterator[float]) -> list[Heard]:
    """As it comes from the decoder, in pieces of 20 ms; what is being spoken at the end counts, too."""
    endpointer, found = Endpointer(), []
    pcm = array("h", (max(-32_768, min(32_767, round(sample * 32_767))) for sample in samples)).tobytes()
    for number, start in enumerate(range(0, len(pcm), 640)):
        found += endpointer.push(pcm[start : start + 640], at_ms=number * 20)
    last = endpointer.finish()
    return [*found, last] if last else found


def silence(seconds: float) -> Iterator[float]:
    return (0.0 for _ in range(int(seconds * RATE)))


def hiss(seconds: float) -> Iterator[float]:
    chance = random.Random(1)
    return (chance.gauss(0, 0.05) for _ in range(int(seconds * RATE)))


def hum(seconds: float) -> Iterator[float]:
    return (0.2 * math.sin(2 * math.pi * 50 * n / RATE) for n in range(int(seconds * RATE)))


def music(seconds: float) -> Iterator[float]:
    """Chords of an organ, one a second."""
    chords = [(262, 330, 392), (294, 370, 440), (247, 311, 370), (220, 277, 330)]
    for n in range(int(seconds * RATE)):
        notes = chords[n // RATE % len(chords)]
        overtones = ((note * partial, 1 / partial) for note in notes for partial in (1, 2, 3, 4))
        yield 0.05 * sum(weight * math.sin(2 * math.pi * hertz * n / RATE) for hertz, weight in overtones)


def typing(seconds: float) -> Iterator[float]:
    """Some seven strokes a second, each a click that dies away in 30 ms."""
    chance, since = random.Random(2), 0
    for _ in range(int(seconds * RATE)):
        since = 0 if chance.random() < 7 / RATE else since + 1
        yield chance.gauss(0, 0.4) * math.exp(-since / (0.008 * RATE)) if since < 0.03 * RATE else 0.0


def breathing(seconds: float) -> Iterator[float]:
    """Soft noise that swells and falls every three seconds."""
    chance, last = random.Random(3), 0.0
    for n in range(int(seconds * RATE)):
        last = 0.7 * last + 0.3 * chance.gauss(0, 0.15)
        yield last * max(0.0, math.sin(2 * math.pi * n / (3 * RATE)))


@pytest.mark.parametrize("sound", [silence, hiss, hum, music, typing, breathing])
def test_no_word_is_found_where_nobody_speaks(sound: Callable[[float], Iterator[float]]) -> None:
    found = heard(sound(SECONDS))
    words = [word for one in found for word in engine().transcribe(one.pcm, language="en").words]
    assert (found, words) == ([], [])


def test_ten_minutes_of_silence_are_no_utterance() -> None:
    assert heard(silence(600)) == []
