"""Sounds that are no speech, made by arithmetic: float samples within ±1 at 16 kHz, the same for the same seed."""

from collections.abc import Callable
from typing import Final

import numpy
from numpy.typing import NDArray

RATE: Final = 16_000
Samples = NDArray[numpy.float64]
Noise = Callable[[float, int], Samples]
"""Called with seconds and seed."""


def silence(seconds: float, _seed: int) -> Samples:
    return numpy.zeros(_count(seconds))


def hiss(seconds: float, seed: int) -> Samples:
    return numpy.random.default_rng(seed).normal(0, 0.05, _count(seconds))


def hum(seconds: float, _seed: int) -> Samples:
    """Mains, with its overtones."""
    found = numpy.zeros(_count(seconds))
    for partial in (1, 2, 3, 5):
        found += 0.2 * numpy.sin(_turns(50 * partial, seconds)) / partial
    return found


def music(seconds: float, seed: int) -> Samples:
    """Chords of an organ, one a second, in an order that the seed decides."""
    chords = numpy.array([(262, 330, 392), (294, 370, 440), (247, 311, 370), (220, 277, 330)])
    order = numpy.random.default_rng(seed).integers(0, len(chords), int(seconds) + 1)
    each = [0.05 * sum(_chord(chords[one])) for one in order]
    return numpy.concatenate(each)[: _count(seconds)]


def typing(seconds: float, seed: int) -> Samples:
    """Some seven strokes a second, each a click that dies away in 30 ms."""
    chance = numpy.random.default_rng(seed)
    return _events(seconds, chance.random(int(seconds * 7)), lambda: _burst(chance, 0.03, fades=0.008, loud=0.4))


def breathing(seconds: float, seed: int) -> Samples:
    """Soft noise that swells and falls every three seconds."""
    noise = _softened(numpy.random.default_rng(seed).normal(0, 0.15, _count(seconds)), over=3)
    return noise * numpy.maximum(0, numpy.sin(_turns(1 / 3, seconds)))


def coughs(seconds: float, seed: int) -> Samples:
    """Two or three in a row every four seconds: a burst of noise that is cut off and dies away."""
    chance = numpy.random.default_rng(seed)
    starts = [at + n * chance.uniform(0.35, 0.5) for at in range(1, int(seconds) - 2, 4) for n in range(2 + at % 2)]
    return _events(seconds, numpy.array(starts) / seconds, lambda: _cough(chance))


def applause(seconds: float, seed: int) -> Samples:
    """A hundred claps a second."""
    chance = numpy.random.default_rng(seed)
    return _events(seconds, chance.random(int(seconds * 100)), lambda: _burst(chance, 0.02, fades=0.004, loud=0.12))


NOISES: Final[dict[str, Noise]] = {
    one.__name__: one for one in (silence, hiss, hum, music, typing, breathing, coughs, applause)
}


def pcm(samples: Samples) -> bytes:
    return (numpy.clip(samples, -1, 1) * 32_767).astype("<i2").tobytes()


def _count(seconds: float) -> int:
    return int(seconds * RATE)


def _turns(hertz: float, seconds: float) -> Samples:
    return 2 * numpy.pi * hertz * numpy.arange(_count(seconds)) / RATE


def _chord(notes: NDArray[numpy.int_]) -> list[Samples]:
    return [numpy.sin(_turns(float(note) * partial, 1)) / partial for note in notes for partial in (1, 2, 3, 4)]


def _burst(chance: numpy.random.Generator, seconds: float, *, fades: float, loud: float) -> Samples:
    return chance.normal(0, loud, _count(seconds)) * numpy.exp(-numpy.arange(_count(seconds)) / (fades * RATE))


def _cough(chance: numpy.random.Generator) -> Samples:
    burst, tail = (
        _burst(chance, 0.08, fades=0.04, loud=0.5),
        _softened(_burst(chance, 0.25, fades=0.08, loud=0.4), over=4),
    )
    return numpy.concatenate([burst, tail])


def _softened(samples: Samples, *, over: int) -> Samples:
    """The mean of so many neighbours: what a mouth leaves of noise has fewer high tones."""
    return numpy.convolve(samples, numpy.ones(over) / over, mode="same")


def _events(seconds: float, places: Samples, sound: Callable[[], Samples]) -> Samples:
    """Lay a sound at each place; 0 is the beginning and 1 the end."""
    found = numpy.zeros(_count(seconds))
    for place in places:
        start, one = int(place * len(found)), sound()
        found[start : start + len(one)] += one[: len(found) - start]
    return found
