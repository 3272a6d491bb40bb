"""What workers do first, and what they leave out when they are behind. The queues are real ones."""

import os
import threading
from collections.abc import Sequence

import pytest

from captions import interim_audio, receivers, services, tasks
from captions.models import Utterance, UtteranceAudio
from captions.recognised import Draft, Understood, Word
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
        self.given: tuple[str | None, tuple[str, ...]] = (None, ())
        self.expected = ""

    def transcribe(
        self,
        pcm: bytes,
        *,
        language: str | None,
        expected: str = "",
        names: Sequence[str] = (),
        translate: bool = False,
    ) -> Understood:
        self.asked += 1
        self.expected = expected
        self.given = (language, tuple(names))
        return Understood(HELLO, language or "de")

    def draft(self, pcm: bytes, *, language: str, after: str = "") -> Draft:
        """Return a draft that is one word longer each time."""
        self.asked += 1
        return Draft(" ".join(f"hello there my dear friends {after}".split()[: self.asked + 1]))


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Understands:
    engine = Understands()
    monkeypatch.setattr(tasks, "engine", lambda: engine)
    return engine


@pytest.fixture
def open_one(scene: Scene, speak: Speak) -> Utterance:
    """Is being spoken; Redis has its sound."""
    utterance = speak(scene.speaker, ended=False)
    interim_audio.keep(utterance.pk, SOUND)
    return utterance


def test_what_is_being_spoken_is_shown(open_one: Utterance, engine: Understands, said: Said) -> None:
    for revision in (500, 1000, 1500):
        tasks.interim(open_one.pk, revision)
    shown = [(line["text"], line["final"]) for line in said]
    assert shown == [("hello there", False), ("hello there my", False)]  # what two drafts agreed on


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
    language, names = engine.given
    assert (language, names[-1]) == ("en", scene.space.title)
    assert set(names) == {scene.host.name, scene.cohost.name, scene.speaker.name, scene.space.title}


def test_a_speaker_s_language_is_found_out_once(scene: Scene, speak: Speak, engine: Understands) -> None:
    services.set_language(public_id=scene.id, user=scene.host, language="auto")
    utterance = speak(scene.speaker)
    UtteranceAudio.objects.update(pcm=SOUND * 3)
    tasks.transcribe(utterance.pk)
    assert engine.given[0] is None
    utterance.refresh_from_db()
    assert utterance.language == "de"
    tasks.transcribe(speak(scene.speaker, start_ms=9_000).pk)
    assert engine.given[0] == "de"
    tasks.transcribe(speak(scene.cohost, start_ms=9_000).pk)
    assert engine.given[0] is None


def test_the_language_of_the_speaker_s_account_is_expected(scene: Scene, speak: Speak, engine: Understands) -> None:
    scene.speaker.language = "pt-br"
    scene.speaker.save()
    tasks.transcribe(speak(scene.speaker).pk)
    assert engine.expected == "pt-br"


def test_while_a_language_is_not_known_there_is_no_draft(
    scene: Scene, open_one: Utterance, engine: Understands, said: Said
) -> None:
    Utterance.objects.update(language="auto")
    tasks.interim(open_one.pk, 700)
    assert (engine.asked, said) == (0, [])


def test_an_engine_that_breaks_is_written_down_and_tried_again(
    scene: Scene, speak: Speak, engine: Understands, monkeypatch: pytest.MonkeyPatch
) -> None:
    utterance = speak(scene.speaker)

    def breaks(pcm: bytes, **_: object) -> Understood:
        raise RuntimeError("out of memory")

    monkeypatch.setattr(engine, "transcribe", breaks)
    tasks.transcribe(utterance.pk)
    utterance.refresh_from_db()
    assert (utterance.state, utterance.attempts, utterance.error) == ("waiting", 1, "RuntimeError: out of memory")


@pytest.mark.fault("A15")
def test_an_engine_that_hangs_ends_its_process(
    scene: Scene, speak: Speak, engine: Understands, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[int] = []
    is_over = threading.Event()
    monkeypatch.setattr(tasks, "ENGINE_SECONDS", -1)
    monkeypatch.setattr(tasks, "_EXTENDS_EVERY_SECONDS", 0.01)

    def end(status: int) -> None:
        ended.append(status)
        is_over.set()

    monkeypatch.setattr(os, "_exit", end)
    monkeypatch.setattr(tasks, "with_database", lambda *_: None)

    def hangs(pcm: bytes, **_: object) -> Understood:
        assert is_over.wait(10)
        return Understood([], "en")

    monkeypatch.setattr(engine, "transcribe", hangs)
    tasks.transcribe(speak(scene.speaker).pk)
    assert ended[0] == 70


def test_nothing_that_was_said_is_altered(
    scene: Scene, speak: Speak, engine: Understands, monkeypatch: pytest.MonkeyPatch
) -> None:
    utterance = speak(scene.speaker)
    words = [Word(" damn", 0, 300, 0.9), Word(" Shit!", 300, 600, 0.9)]
    monkeypatch.setattr(engine, "transcribe", lambda pcm, **_: Understood(words, "en"))
    tasks.transcribe(utterance.pk)
    utterance.refresh_from_db()
    assert utterance.text == "damn Shit!"
