"""What workers do first, and what they leave out when they are behind. The queues are real ones."""

from collections.abc import Sequence

import pytest

from captions import drafts, receivers, tasks
from captions.models import Utterance
from captions.words import Word
from spaces_project.common.store import store
from tests.captions.conftest import HELLO, SOUND, Speak
from tests.spaces.scene import Scene

pytestmark = [pytest.mark.redis, pytest.mark.django_db]

Said = list[dict[str, object]]


class Understands:
    """Every sound as the same two words."""

    name = "test"

    def __init__(self) -> None:
        self.asked = 0

    def transcribe(self, pcm: bytes) -> Sequence[Word]:
        self.asked += 1
        return HELLO


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Understands:
    engine = Understands()
    monkeypatch.setattr(tasks, "engine", lambda language: engine)
    return engine


@pytest.fixture
def open_one(scene: Scene, speak: Speak) -> Utterance:
    """Is being spoken; Redis has its sound."""
    utterance = speak(scene.speaker, ended=False)
    drafts.keep(utterance.pk, SOUND)
    return utterance


def test_what_is_being_spoken_is_shown(open_one: Utterance, engine: Understands, said: Said) -> None:
    tasks.interim(open_one.pk, 700)
    assert [(line["text"], line["final"]) for line in said] == [("hello there", False)]


def test_while_an_utterance_waits_interims_are_left_out(
    scene: Scene, speak: Speak, open_one: Utterance, engine: Understands, said: Said
) -> None:
    receivers.send_job(speak(scene.speaker, start_ms=90_000).pk)
    assert tasks.utterances_queued() == 1
    tasks.interim(open_one.pk, 700)
    assert (engine.asked, said) == (0, [])


def test_one_interim_of_an_utterance_waits_at_a_time(open_one: Utterance, engine: Understands) -> None:
    for revision in (700, 1500):
        receivers.send_interim(open_one.pk, revision)
    assert store().llen("celery:speech.interim") == 1
    tasks.interim(open_one.pk, 700)
    receivers.send_interim(open_one.pk, 2300)
    assert store().llen("celery:speech.interim") == 2


def test_an_utterance_becomes_its_text(scene: Scene, speak: Speak, engine: Understands, said: Said) -> None:
    utterance = speak(scene.speaker)
    tasks.transcribe(utterance.pk)
    utterance.refresh_from_db()
    assert (utterance.text, utterance.engine) == ("hello there", "test")


def test_an_engine_that_breaks_is_written_down_and_tried_again(
    scene: Scene, speak: Speak, engine: Understands, monkeypatch: pytest.MonkeyPatch
) -> None:
    utterance = speak(scene.speaker)

    def breaks(pcm: bytes) -> Sequence[Word]:
        raise RuntimeError("out of memory")

    monkeypatch.setattr(engine, "transcribe", breaks)
    tasks.transcribe(utterance.pk)
    utterance.refresh_from_db()
    assert (utterance.state, utterance.attempts, utterance.error) == ("waiting", 1, "RuntimeError: out of memory")


def test_nothing_that_was_said_is_altered(
    scene: Scene, speak: Speak, engine: Understands, monkeypatch: pytest.MonkeyPatch
) -> None:
    utterance = speak(scene.speaker)
    monkeypatch.setattr(engine, "transcribe", lambda pcm: [Word("damn", 0, 300, 0.9), Word("Shit!", 300, 600, 0.9)])
    tasks.transcribe(utterance.pk)
    utterance.refresh_from_db()
    assert utterance.text == "damn Shit!"
