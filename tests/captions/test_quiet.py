"""Sounds that are no speech: none of them becomes an utterance, so none becomes words.

`benchmarks/quiet.py` listens to ten minutes of each, and to recorded music.
"""

import pytest

from captions.engines import engine
from captions.ingest.endpointer import Endpointer, Heard
from tests.support.noises import NOISES, pcm

SECONDS = 30.0
pytestmark = pytest.mark.usefixtures("speech_model")


def heard(sound: bytes) -> list[Heard]:
    """As it comes from the decoder, in pieces of 20 ms; what is being spoken at the end counts, too."""
    endpointer, found = Endpointer(), []
    for number, start in enumerate(range(0, len(sound), 640)):
        found += endpointer.push(sound[start : start + 640], at_ms=number * 20)
    last = endpointer.finish()
    return [*found, last] if last else found


@pytest.mark.parametrize("name", NOISES)
def test_no_word_is_found_where_nobody_speaks(name: str) -> None:
    found = heard(pcm(NOISES[name](SECONDS, 1)))
    words = [word for one in found for word in engine().transcribe(one.pcm, language="en").words]
    assert (found, words) == ([], [])


def test_ten_minutes_of_silence_are_no_utterance() -> None:
    assert heard(pcm(NOISES["silence"](600, 1))) == []
