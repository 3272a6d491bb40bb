"""What dead processes leave behind, and how long captions are kept."""

from datetime import timedelta

import pytest
from django.utils import timezone

from captions import interim_audio, services
from captions.models import Redaction, Utterance, UtteranceAudio
from captions.services import recovery
from captions.signals import utterance_waits
from captions.states import UtteranceState
from spaces.models import Report, Space
from spaces.moderation import retention
from spaces.moderation.services import decide_report, report_caption
from spaces.states import EndReason, SpaceState, Verdict
from tests.captions.conftest import SOUND, Speak, finish
from tests.spaces.moderators import moderator
from tests.spaces.scene import Scene, outcome

pytestmark = [pytest.mark.django_db, pytest.mark.redis]


def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    ids: list[int] = []
    monkeypatch.setattr(utterance_waits, "send", lambda sender, utterance_id: ids.append(utterance_id))
    return ids


def ago(**age: float) -> object:
    return timezone.now() - timedelta(**age)


def end_space(**age: float) -> None:
    Space.objects.update(state=SpaceState.ENDED, ended_at=ago(**age), end_reason=EndReason.HOST_ENDED)


# --- Recovery ---


def test_a_new_ingest_takes_over_what_redis_has_of_an_utterance(scene: Scene, speak: Speak) -> None:
    utterance = speak(scene.speaker, ended=False)
    interim_audio.keep(utterance.pk, SOUND)
    services.take_over(space=scene.space)
    utterance.refresh_from_db()
    assert (utterance.state, utterance.end_ms) == (UtteranceState.WAITING, 2000)
    assert bytes(UtteranceAudio.objects.get().pcm) == SOUND


def test_an_utterance_without_sound_is_dropped(scene: Scene, speak: Speak) -> None:
    utterance = speak(scene.speaker, ended=False)
    services.take_over(space=scene.space)
    utterance.refresh_from_db()
    assert utterance.state == UtteranceState.DROPPED


def test_the_ingest_before_may_begin_nothing_any_more(scene: Scene, speak: Speak) -> None:
    speak(scene.speaker)
    old, new = services.take_over(space=scene.space), services.take_over(space=scene.space)
    begin, arguments = services.begin_utterance, {"space": scene.space, "speaker_id": scene.speaker.pk}
    assert outcome(begin, **arguments, start_ms=7000, epoch=old) == "superseded"
    assert outcome(begin, **arguments, start_ms=7000, epoch=new) == "ok"


def test_nor_may_it_assign_lanes(scene: Scene) -> None:
    old = services.take_over(space=scene.space)
    services.take_over(space=scene.space)
    assert outcome(services.assign_lanes, space=scene.space, lanes={}, epoch=old) == "superseded"


def test_an_utterance_of_a_dead_ingest_without_successor_is_found(scene: Scene, speak: Speak) -> None:
    utterance = speak(scene.speaker, ended=False)
    assert services.recover_abandoned() == 0
    Utterance.objects.update(created_at=ago(seconds=31))
    assert services.recover_abandoned() == 1
    utterance.refresh_from_db()
    assert utterance.state == UtteranceState.DROPPED


# --- Lanes ---


def test_nobody_gets_a_lane_without_consent(scene: Scene) -> None:
    epoch = services.take_over(space=scene.space)
    scene.space.participants.update(mixer_id="m")
    assert not services.assign_lanes(space=scene.space, lanes={scene.speaker.pk: 1}, epoch=epoch)
    services.set_consent(public_id=scene.id, user=scene.speaker, given=True)
    assert services.assign_lanes(space=scene.space, lanes={scene.speaker.pk: 1}, epoch=epoch)
    assert scene.place(scene.speaker).lane == 1


# --- Jobs ---


@pytest.mark.fault("A12")
def test_what_a_dead_worker_had_is_sent_again(scene: Scene, speak: Speak, monkeypatch: pytest.MonkeyPatch) -> None:
    utterance = speak(scene.speaker)
    services.claim(utterance_id=utterance.pk)
    ids = sent(monkeypatch)
    assert services.queue_again(queued=0) == 0
    Utterance.objects.update(claimed_until=ago(seconds=1))
    assert (services.queue_again(queued=0), ids) == (1, [utterance.pk])


def test_what_the_queue_lost_is_sent_again(scene: Scene, speak: Speak, monkeypatch: pytest.MonkeyPatch) -> None:
    utterance = speak(scene.speaker)
    ids = sent(monkeypatch)
    Utterance.objects.update(queued_at=ago(seconds=6))
    assert services.queue_again(queued=1) == 0
    assert (services.queue_again(queued=0), ids) == (1, [utterance.pk])
    assert services.queue_again(queued=0) == 0


def test_the_oldest_of_too_many_is_dropped(scene: Scene, speak: Speak, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recovery, "MOST_WAITING", 2)
    first, *others = [speak(scene.speaker, start_ms=start_ms) for start_ms in (1000, 3000, 5000)]
    services.queue_again(queued=3)
    first.refresh_from_db()
    assert (first.state, first.error) == (UtteranceState.DROPPED, "too many waited")
    assert Utterance.objects.filter(state=UtteranceState.WAITING).count() == len(others)


# --- Keeping ---


def test_captions_are_kept_for_thirty_days(scene: Scene, speak: Speak) -> None:
    utterance = finish(speak(scene.speaker))
    Redaction.objects.create(utterance=utterance, original="hello")
    end_space(days=29)
    assert services.purge(timezone.now(), dry_run=False) == 0
    end_space(days=31)
    assert services.purge(timezone.now(), dry_run=True) == 1
    assert Utterance.objects.exists()
    assert services.purge(timezone.now(), dry_run=False) == 1
    assert not Utterance.objects.exists()
    assert not Redaction.objects.exists()


def test_an_open_report_holds_them_for_ninety(scene: Scene, speak: Speak, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "_holders", [set])
    finish(speak(scene.speaker))
    end_space(days=89)
    assert services.purge(timezone.now(), dry_run=False) == 0
    assert UtteranceAudio.objects.exists()
    end_space(days=91)
    assert services.purge(timezone.now(), dry_run=False) == 1


def test_the_report_of_a_reader_holds_them_until_it_is_decided(scene: Scene, speak: Speak) -> None:
    utterance = finish(speak(scene.speaker))
    report = report_caption(user=scene.listener, public_id=scene.id, caption_id=utterance.pk, reason="abuse")
    end_space(days=31)
    assert services.purge(timezone.now(), dry_run=False) == 0
    decide_report(report_id=report.pk, user=moderator(), verdict=Verdict.NO_ACTION)
    assert services.purge(timezone.now(), dry_run=False) == 0  # there may be an appeal
    Report.objects.update(decided_at=ago(days=60))
    assert services.purge(timezone.now(), dry_run=False) == 1


def test_no_report_holds_them_for_longer_than_ninety_days(scene: Scene, speak: Speak) -> None:
    utterance = finish(speak(scene.speaker))
    report_caption(user=scene.listener, public_id=scene.id, caption_id=utterance.pk, reason="abuse")
    end_space(days=91)
    Report.objects.update(created_at=ago(days=89))
    assert services.purge(timezone.now(), dry_run=False) == 1


def test_sound_goes_when_nothing_holds_it_any_more(scene: Scene, speak: Speak, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "_holders", [set])
    finish(speak(scene.speaker))
    monkeypatch.setattr(retention, "_holders", [])
    services.purge(timezone.now(), dry_run=False)
    assert not UtteranceAudio.objects.exists()


def test_what_is_live_is_never_purged(scene: Scene, speak: Speak) -> None:
    finish(speak(scene.speaker))
    Space.objects.update(started_at=ago(days=200))
    assert services.purge(timezone.now(), dry_run=False) == 0
