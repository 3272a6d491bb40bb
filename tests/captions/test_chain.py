"""A recording of a person, packet by packet as the gateway sends it, through ingest and a real worker to its text."""

import itertools
import time
from dataclasses import dataclass

import pytest

from captions import services
from captions.ingest import rtp
from captions.ingest.utterance_writer import UtteranceWriter
from captions.ingest.voices import Arrival, Speaker, Voices
from captions.models import Utterance
from captions.states import UtteranceState
from tests.captions.test_faults import STARTS_WITHIN, Start, long_one, start, state_of, wait
from tests.spaces.scene import Scene
from tests.support.opus import RATE
from tests.support.recordings import recordings, spelled
from tests.support.voice import packets, silence

__all__ = ["long_one", "start"]

pytestmark = [
    pytest.mark.usefixtures("speech_model"),
    pytest.mark.redis,
    pytest.mark.slow,
    pytest.mark.timeout(400),
    pytest.mark.django_db(transaction=True),
]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a row was at one moment, in seconds since the first packet."""

    at: float
    state: str
    text: str


def test_words_grow_while_they_are_said_and_end_right(long_one: Utterance, start: Start) -> None:
    worker = start("speech")
    wait(lambda: state_of(long_one) == UtteranceState.FINAL, seconds=STARTS_WITHIN)  # it is up, and has its model
    scene = Scene()
    services.set_consent(public_id=scene.id, user=scene.speaker, given=True)
    epoch = services.take_over(space=scene.space)
    recording = recordings()[0]
    seen = listen(recording.pcm(RATE), Speaker(scene.space.pk, scene.speaker.pk, epoch))
    assert worker.is_running
    interims = [one.text for one in seen if one.state == UtteranceState.OPEN and one.text]
    final = seen[-1]
    assert final.state == UtteranceState.FINAL
    assert all(after.startswith(before) for before, after in itertools.pairwise(interims))
    said = spelled(recording.text)
    assert len(set(said) & set(spelled(final.text))) / len(set(said)) > 0.9
    assert final.text[0].isupper()
    assert final.text[-1] == "."
    first, late = next(one.at for one in seen if one.text), final.at - len(recording.pcm(RATE)) / 2 / RATE
    print(f"\nfirst words {first:.2f} s after the first sound, final {late:.2f} s after the last")


def listen(pcm: bytes, speaker: Speaker) -> list[Seen]:
    """Play it in real time, and look at the row every 20 ms until it is final."""
    scribe = UtteranceWriter()
    scribe.start()
    voices = Voices(scribe.tell)
    began = time.monotonic()
    seen: list[Seen] = []
    for number, packet in enumerate(packets(pcm + silence(3), ssrc=9)):
        time.sleep(max(0.0, began + number * 0.02 - time.monotonic()))
        voices.take(Arrival(9, number * 20, speaker, rtp.parse(packet)))
        note(seen, speaker, began)
    wait(lambda: note(seen, speaker, began) == UtteranceState.FINAL, seconds=60)
    scribe.close(timeout=5)
    return seen


def note(seen: list[Seen], speaker: Speaker, began: float) -> str:
    row = Utterance.objects.filter(speaker=speaker.user_id).order_by("start_ms").first()
    if row and (not seen or (seen[-1].state, seen[-1].text) != (row.state, row.text)):
        seen.append(Seen(time.monotonic() - began, row.state, row.text))
    return row.state if row else ""
