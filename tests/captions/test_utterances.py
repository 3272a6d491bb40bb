"""An utterance from its first sound to its final text."""

from datetime import timedelta

import pytest
from django.utils import timezone

from captions import selectors, services
from captions.models import Redaction, Utterance, UtteranceAudio
from captions.services.jobs import MOST_ATTEMPTS
from captions.states import UtteranceState
from spaces.moderation import retention
from spaces.states import LogKind
from tests.captions.conftest import HELLO, SOUND, Speak, finish
from tests.spaces.scene import Scene, outcome

pytestmark = pytest.mark.django_db

Said = list[dict[str, object]]


def let_claims_run_out() -> None:
    Utterance.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))


def test_the_same_beginning_is_the_same_utterance(scene: Scene, speak: Speak) -> None:
    first = speak(scene.speaker, ended=False)
    assert services.begin_utterance(space=scene.space, speaker_id=scene.speaker.pk, start_ms=1000) == first


def test_interims_are_shown_with_the_speakers_name(scene: Scene, speak: Speak, said: Said) -> None:
    utterance = speak(scene.speaker, ended=False)
    assert services.show_interim(utterance_id=utterance.pk, text="hello", revision=1)
    assert [(line["name"], line["text"], line["final"]) for line in said] == [(scene.speaker.name, "hello", False)]


def test_an_older_interim_is_not_shown(scene: Scene, speak: Speak, said: Said) -> None:
    utterance = speak(scene.speaker, ended=False)
    services.show_interim(utterance_id=utterance.pk, text="hello there", revision=2)
    assert not services.show_interim(utterance_id=utterance.pk, text="hello", revision=1)
    assert len(said) == 1


def test_nothing_interim_is_shown_once_it_ended(scene: Scene, speak: Speak, said: Said) -> None:
    assert not services.show_interim(utterance_id=speak(scene.speaker).pk, text="hello", revision=1)
    assert said == []


def test_it_ends_once(scene: Scene, speak: Speak) -> None:
    utterance = speak(scene.speaker)
    assert not services.end_utterance(utterance_id=utterance.pk, end_ms=9000, pcm=b"")
    assert bytes(UtteranceAudio.objects.get().pcm) == SOUND


def test_the_final_text_is_shown_and_its_sound_deleted(scene: Scene, speak: Speak, said: Said) -> None:
    utterance = finish(speak(scene.speaker))
    assert (utterance.state, utterance.text, UtteranceAudio.objects.count()) == (UtteranceState.FINAL, "hello there", 0)
    assert [(line["text"], line["final"]) for line in said] == [("hello there", True)]


def test_words_are_on_the_clock_of_the_space(scene: Scene, speak: Speak) -> None:
    assert finish(speak(scene.speaker)).words == [[" hello", 1100, 1400, 0.9], [" there", 1450, 1700, 0.5]]


def test_two_workers_cannot_have_it(scene: Scene, speak: Speak) -> None:
    utterance = speak(scene.speaker)
    assert services.claim(utterance_id=utterance.pk)
    assert services.claim(utterance_id=utterance.pk) is None


@pytest.mark.fault("A13")
def test_a_task_that_runs_twice_makes_one_line(scene: Scene, speak: Speak, said: Said) -> None:
    utterance = finish(speak(scene.speaker))
    assert services.claim(utterance_id=utterance.pk) is None
    assert len(said) == 1


def test_after_a_killed_worker_another_takes_over(scene: Scene, speak: Speak) -> None:
    utterance = speak(scene.speaker)
    services.claim(utterance_id=utterance.pk)
    let_claims_run_out()
    assert finish(utterance).attempts == 2


def test_who_lost_the_claim_changes_and_tells_nothing(scene: Scene, speak: Speak, said: Said) -> None:
    utterance = speak(scene.speaker)
    lost = services.claim(utterance_id=utterance.pk)
    let_claims_run_out()
    finish(utterance)
    assert lost is not None
    assert not services.extend(lost)
    assert not services.complete(lost, words=HELLO, engine="late", engine_ms=1)
    services.fail(lost, error="late")
    utterance.refresh_from_db()
    assert (utterance.state, utterance.engine, len(said)) == (UtteranceState.FINAL, "test", 1)


def test_a_claim_is_extended_by_a_worker_that_lives(scene: Scene, speak: Speak) -> None:
    utterance = speak(scene.speaker)
    claim = services.claim(utterance_id=utterance.pk)
    let_claims_run_out()
    assert claim is not None
    assert services.extend(claim)
    assert services.claim(utterance_id=utterance.pk) is None


def test_it_has_three_attempts(scene: Scene, speak: Speak) -> None:
    utterance = speak(scene.speaker)
    for number in range(MOST_ATTEMPTS):
        claim = services.claim(utterance_id=utterance.pk)
        assert claim is not None
        services.fail(claim, error=f"broken {number}")
    utterance.refresh_from_db()
    assert (utterance.state, utterance.error) == (UtteranceState.FAILED, "broken 2")
    assert UtteranceAudio.objects.exists()


def test_one_that_kills_its_workers_fails_too(scene: Scene, speak: Speak) -> None:
    utterance = speak(scene.speaker)
    for _ in range(MOST_ATTEMPTS):
        assert services.claim(utterance_id=utterance.pk)
        let_claims_run_out()
    assert services.claim(utterance_id=utterance.pk) is None
    utterance.refresh_from_db()
    assert (utterance.state, utterance.attempts) == (UtteranceState.FAILED, MOST_ATTEMPTS)


def test_the_staff_may_run_a_failed_one_again(scene: Scene, speak: Speak) -> None:
    utterance = speak(scene.speaker)
    Utterance.objects.update(state=UtteranceState.FAILED, attempts=3)
    assert outcome(services.rerun, utterance_id=utterance.pk, user=scene.host) == "forbidden"
    scene.host.is_staff = True
    services.rerun(utterance_id=utterance.pk, user=scene.host)
    assert finish(utterance).state == UtteranceState.FINAL
    assert outcome(services.rerun, utterance_id=utterance.pk, user=scene.host) == "no_audio"


def test_a_report_holds_the_sound(scene: Scene, speak: Speak, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "_holders", [set])
    finish(speak(scene.speaker))
    assert UtteranceAudio.objects.exists()


def test_a_redacted_caption_is_gone_and_its_words_are_kept(scene: Scene, speak: Speak, said: Said) -> None:
    utterance = finish(speak(scene.speaker))
    scene.host.is_staff = True
    services.redact(utterance_id=utterance.pk, user=scene.host, reason="a name")
    services.redact(utterance_id=utterance.pk, user=scene.host)
    assert (Redaction.objects.get().original, Redaction.objects.get().reason) == ("hello there", "a name")
    assert [(line.text, line.redacted) for line in selectors.lines(public_id=scene.id, user=scene.listener).lines] == [
        ("", True)
    ]
    assert scene.log()[-1] == LogKind.CAPTION_REDACTED


def test_only_the_staff_redact(scene: Scene, speak: Speak) -> None:
    utterance = finish(speak(scene.speaker))
    assert outcome(services.redact, utterance_id=utterance.pk, user=scene.host) == "forbidden"


def test_lines_come_in_the_order_of_speaking(scene: Scene, speak: Speak) -> None:
    for start_ms in (9000, 2000, 5000):
        finish(speak(scene.speaker, start_ms=start_ms))
    page = selectors.lines(public_id=scene.id, user=scene.listener)
    assert ([line.start_ms for line in page.lines], page.previous) == ([2000, 5000, 9000], None)


def test_lines_are_read_page_by_page(scene: Scene, speak: Speak, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selectors, "LINES", 2)
    for start_ms in (1000, 2000, 3000):
        finish(speak(scene.speaker, start_ms=start_ms))
    last = selectors.lines(public_id=scene.id, user=scene.listener)
    first = selectors.lines(public_id=scene.id, user=scene.listener, before=last.previous)
    assert [[line.start_ms for line in page.lines] for page in (last, first)] == [[2000, 3000], [1000]]


@pytest.mark.parametrize(
    ("reader", "code"), [("listener", "ok"), ("outsider", "ok"), ("host", "ok"), ("removed", "removed")]
)
def test_who_may_read(scene: Scene, reader: str, code: str) -> None:
    assert outcome(selectors.lines, public_id=scene.id, user=getattr(scene, reader)) == code


@pytest.mark.parametrize("marker", ["x", "1", "1-", "-1-2", "1-x"])
def test_a_marker_that_is_none(scene: Scene, marker: str) -> None:
    assert outcome(selectors.lines, public_id=scene.id, user=scene.host, before=marker) == "bad_cursor"
