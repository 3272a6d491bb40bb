"""Starting, stopping and agreeing: who may, who is asked again, and what is stored."""

import pytest

from spaces import services
from spaces.models import Recording, RecordingConsent, Space
from spaces.rules import AGREEMENT_VERSION
from spaces.states import LogKind, RecordingState, Role, StopReason
from tests.spaces.scene import Scene, outcome

pytestmark = pytest.mark.django_db


def start(scene: Scene) -> Recording:
    services.start_recording(public_id=scene.id, user=scene.host)
    scene.space.refresh_from_db()
    return Recording.objects.get(space=scene.space)


def unmute(scene: Scene, user: object) -> str:
    return outcome(services.unmute_self, public_id=scene.id, user=user)


def agree(scene: Scene, user: object, version: str = AGREEMENT_VERSION) -> str:
    return outcome(services.agree_to_recording, public_id=scene.id, user=user, version=version)


def test_a_microphone_is_closed_until_its_user_agrees() -> None:
    scene = Scene()
    start(scene)
    assert [scene.place(user).muted for user in (scene.host, scene.cohost, scene.speaker)] == [False, True, True]
    assert unmute(scene, scene.speaker) == "recording_not_agreed"
    assert outcome(services.request_to_speak, public_id=scene.id, user=scene.listener) == "recording_not_agreed"
    assert [agree(scene, user) for user in (scene.speaker, scene.listener)] == ["ok", "ok"]
    assert unmute(scene, scene.speaker) == "ok"
    assert outcome(services.request_to_speak, public_id=scene.id, user=scene.listener) == "ok"


def test_who_agreed_to_which_text_is_stored_and_never_changed() -> None:
    scene = Scene()
    start(scene)
    agree(scene, scene.speaker)
    agree(scene, scene.speaker)
    stored = RecordingConsent.objects.filter(space=scene.space).values_list("user", "round", "version")
    assert set(stored) == {(scene.host.pk, 1, AGREEMENT_VERSION), (scene.speaker.pk, 1, AGREEMENT_VERSION)}
    assert scene.log().count(LogKind.RECORDING_AGREED) == 2


def test_agreeing_to_another_text_does_not_count() -> None:
    scene = Scene()
    assert agree(scene, scene.speaker) == "not_recorded"
    start(scene)
    assert agree(scene, scene.speaker, version="2020-01") == "agreement_changed"
    assert unmute(scene, scene.speaker) == "recording_not_agreed"


def test_all_are_asked_again_when_it_starts_again() -> None:
    scene = Scene()
    first = start(scene)
    agree(scene, scene.speaker)
    unmute(scene, scene.speaker)
    services.stop_recording(public_id=scene.id, user=scene.host)
    assert (Recording.objects.get().state, scene.place(scene.speaker).muted) == (RecordingState.PAUSED, False)
    again = start(scene)
    assert (again.pk, again.state, again.stop_reason) == (first.pk, RecordingState.RECORDING, "")
    assert (scene.place(scene.speaker).muted, unmute(scene, scene.speaker)) == (True, "recording_not_agreed")
    assert [stretch.ends_ms is None for stretch in again.stretches.all()] == [False, True]


def test_only_the_host_decides() -> None:
    scene = Scene()
    others = (scene.cohost, scene.speaker, scene.listener)
    assert {outcome(services.start_recording, public_id=scene.id, user=user) for user in others} == {"forbidden"}
    start(scene)
    assert outcome(services.start_recording, public_id=scene.id, user=scene.host) == "already_recorded"
    assert {outcome(services.stop_recording, public_id=scene.id, user=user) for user in others} == {"forbidden"}
    services.stop_recording(public_id=scene.id, user=scene.host)
    assert outcome(services.stop_recording, public_id=scene.id, user=scene.host) == "not_recorded"


def test_the_end_of_the_space_ends_the_recording() -> None:
    scene = Scene()
    start(scene)
    services.end_space(public_id=scene.id, user=scene.host)
    recording = Recording.objects.get()
    assert (recording.state, recording.stop_reason) == (RecordingState.FINISHING, StopReason.ENDED)
    assert not Space.objects.get(pk=scene.space.pk).is_recorded
    assert recording.stretches.get().ends_ms is not None


def test_a_space_that_was_made_to_be_recorded_is_from_the_first_second() -> None:
    host = Scene().host
    Space.objects.all().delete()
    options = services.SpaceOptions(recording_wanted=True)
    space = services.create_space(user=host, title="On the record", options=options)
    space.refresh_from_db()
    assert space.is_recorded
    assert Recording.objects.get(space=space).stretches.get().starts_ms < 1_000
    assert RecordingConsent.objects.get(space=space).user == host


def test_a_recording_that_was_deleted_does_not_go_on() -> None:
    scene = Scene()
    recording = start(scene)
    services.stop_recording(public_id=scene.id, user=scene.host)
    Recording.objects.filter(pk=recording.pk).update(state=RecordingState.DELETED, deleted_at=scene.space.created_at)
    assert outcome(services.start_recording, public_id=scene.id, user=scene.host) == "recording_deleted"


def test_a_recording_that_the_site_stops_says_why() -> None:
    scene = Scene()
    start(scene)
    services.stop_recording(public_id=scene.id, user=None, reason=StopReason.DISK_FULL)
    assert Recording.objects.get().stop_reason == StopReason.DISK_FULL
    entry = scene.space.log.get(kind=LogKind.RECORDING_STOPPED)
    assert (entry.actor, entry.reason) == (None, StopReason.DISK_FULL)


def test_a_new_host_is_asked_like_all_others() -> None:
    scene = Scene()
    start(scene)
    services.hand_over(public_id=scene.id, user=scene.host, target_id=scene.cohost.pk)
    assert scene.place(scene.cohost).role == Role.HOST
    assert unmute(scene, scene.cohost) == "recording_not_agreed"
