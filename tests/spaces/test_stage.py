"""The microphones: asking, getting, muting, giving back."""

from typing import Any

import pytest

from spaces import services
from spaces.rules import Standing
from spaces.services.space_change import space_change
from spaces.states import LogKind, RequestState, Role
from tests.spaces.fixtures import Told
from tests.spaces.scene import Scene, assert_lawful, outcome

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(scene: Scene) -> Scene:
    """The listener waits for an answer."""
    scene.ask(scene.listener)
    return scene


def seats(scene: Scene) -> int:
    scene.space.refresh_from_db()
    return scene.space.seats_taken


# --- Asking ---


def test_asking_is_told_to_those_who_run_it(told: Told, scene: Scene) -> None:
    news = told(services.request_to_speak, public_id=scene.id, user=scene.listener)
    assert set(news.heard_by("queue.changed") or ()) == {scene.host.pk, scene.cohost.pk}
    assert (news.only("queue.changed")["state"], news.only("queue.changed")["queue_seq"]) == ("pending", 1)


def test_asking_is_confirmed_to_whoever_asked(told: Told, scene: Scene) -> None:
    news = told(services.request_to_speak, public_id=scene.id, user=scene.listener)
    assert news.heard_by("you.changed") == (scene.listener.pk,)
    assert (news.only("you.changed")["reason"], news.only("you.changed")["you"]["requested"]) == ("requested", True)


def test_one_request_waits_per_person(asked: Scene) -> None:
    before = asked.dump()
    assert outcome(services.request_to_speak, public_id=asked.id, user=asked.listener) == "already_requested"
    assert asked.dump() == before


def test_a_withdrawn_request_may_be_made_again(asked: Scene) -> None:
    services.cancel_request(public_id=asked.id, user=asked.listener)
    assert not asked.is_waiting(asked.listener)
    services.request_to_speak(public_id=asked.id, user=asked.listener)
    assert asked.is_waiting(asked.listener)


def test_withdrawing_what_was_never_asked(scene: Scene) -> None:
    before = scene.dump()
    assert outcome(services.cancel_request, public_id=scene.id, user=scene.listener) == "no_request"
    assert scene.dump() == before


# --- Deciding ---


def test_approving_gives_a_muted_microphone_and_a_seat(asked: Scene) -> None:
    services.approve_request(public_id=asked.id, user=asked.host, target_id=asked.listener.pk)
    place = asked.place(asked.listener)
    assert (place.role, place.muted, seats(asked)) == (Role.SPEAKER, True, 2)
    assert_lawful(asked.space)


def test_approving_is_told_to_everyone_the_managers_and_the_speaker(told: Told, asked: Scene) -> None:
    news = told(services.approve_request, public_id=asked.id, user=asked.host, target_id=asked.listener.pk)
    assert sorted(news.types()) == ["queue.changed", "stage.changed", "you.changed"]
    assert [person["id"] for person in news.only("stage.changed")["people"]] == [str(asked.listener.pk)]
    assert news.only("you.changed")["by"]["id"] == str(asked.host.pk)


def test_approving_twice(asked: Scene) -> None:
    arguments: dict[str, Any] = {"public_id": asked.id, "user": asked.host, "target_id": asked.listener.pk}
    services.approve_request(**arguments)
    before = asked.dump()
    assert outcome(services.approve_request, **arguments) == "already_speaker"
    assert asked.dump() == before


@pytest.mark.parametrize("verb", [services.approve_request, services.decline_request])
def test_nobody_is_approved_who_did_not_ask(scene: Scene, verb: Any) -> None:
    before = scene.dump()
    assert outcome(verb, public_id=scene.id, user=scene.host, target_id=scene.listener.pk) == "no_request"
    assert scene.dump() == before


def test_the_eleventh_speaker_keeps_waiting(asked: Scene) -> None:
    asked.add(Role.SPEAKER, 9)
    before = asked.dump()
    verdict = outcome(services.approve_request, public_id=asked.id, user=asked.host, target_id=asked.listener.pk)
    assert (verdict, asked.dump()) == ("stage_full", before)


def test_hosts_take_no_seat(asked: Scene) -> None:
    asked.add(Role.COHOST, 1)
    asked.add(Role.SPEAKER, 8)
    services.approve_request(public_id=asked.id, user=asked.cohost, target_id=asked.listener.pk)
    assert seats(asked) == 10


def test_declining(told: Told, asked: Scene) -> None:
    news = told(services.decline_request, public_id=asked.id, user=asked.cohost, target_id=asked.listener.pk)
    request = asked.space.requests.get()
    assert (request.state, request.decided_by) == (RequestState.DECLINED, asked.cohost)
    assert news.only("you.changed")["reason"] == "declined"


# --- Muting ---


def test_muting_is_told_to_everyone(told: Told, scene: Scene) -> None:
    news = told(services.mute_self, public_id=scene.id, user=scene.speaker)
    [person] = news.only("stage.changed")["people"]
    assert (person["id"], person["muted"], scene.log()) == (str(scene.speaker.pk), True, [LogKind.MUTED])


def test_whoever_unmutes_has_spoken(scene: Scene) -> None:
    scene.mute(scene.speaker)
    services.unmute_self(public_id=scene.id, user=scene.speaker)
    place = scene.place(scene.speaker)
    assert (place.muted, place.spoke, scene.log()) == (False, True, [LogKind.UNMUTED])


@pytest.mark.parametrize(("verb", "muted"), [(services.mute_self, True), (services.unmute_self, False)])
def test_muting_twice_tells_nobody_anything(told: Told, scene: Scene, verb: Any, muted: bool) -> None:
    scene.space.participants.filter(user=scene.speaker).update(muted=muted)
    assert told(verb, public_id=scene.id, user=scene.speaker) == []
    assert scene.log() == []


def test_muting_another(told: Told, scene: Scene) -> None:
    news = told(services.mute_other, public_id=scene.id, user=scene.cohost, target_id=scene.speaker.pk)
    assert (news.only("you.changed")["reason"], scene.place(scene.speaker).muted) == ("muted_by_host", True)
    services.unmute_self(public_id=scene.id, user=scene.speaker)
    assert not scene.place(scene.speaker).muted


def test_muting_another_twice_tells_nobody_anything(told: Told, scene: Scene) -> None:
    scene.mute(scene.speaker)
    assert told(services.mute_other, public_id=scene.id, user=scene.host, target_id=scene.speaker.pk) == []


def test_muting_all_spares_those_who_run_it(told: Told, scene: Scene) -> None:
    other = scene.add(Role.SPEAKER)[0]
    scene.space.participants.with_mic().update(muted=False)
    news = told(services.mute_all, public_id=scene.id, user=scene.cohost)
    told_ids = {person["id"] for person in news.only("stage.changed")["people"]}
    assert told_ids == {str(scene.speaker.pk), str(other.pk)}
    assert not scene.place(scene.host).muted and not scene.place(scene.cohost).muted


def test_one_event_tells_of_all_who_were_muted(told: Told, scene: Scene) -> None:
    scene.add(Role.SPEAKER, 9)
    scene.space.participants.with_mic().update(muted=False)
    news = told(services.mute_all, public_id=scene.id, user=scene.host)
    assert (news.types().count("stage.changed"), news.only("stage.changed")["seq"]) == (1, 1)


# --- Giving the microphone back ---


@pytest.mark.parametrize("user", ["host", "cohost"])
def test_taking_the_microphone(told: Told, scene: Scene, user: str) -> None:
    news = told(services.take_mic, public_id=scene.id, user=getattr(scene, user), target_id=scene.speaker.pk)
    assert (scene.place(scene.speaker).role, seats(scene)) == (Role.LISTENER, 0)
    assert (news.only("you.changed")["reason"], news.only("stage.changed")["left"]) == (
        "mic_taken",
        [str(scene.speaker.pk)],
    )
    assert_lawful(scene.space)


def test_the_host_takes_a_cohosts_microphone_and_no_seat_moves(scene: Scene) -> None:
    services.take_mic(public_id=scene.id, user=scene.host, target_id=scene.cohost.pk)
    assert (scene.place(scene.cohost).role, seats(scene)) == (Role.LISTENER, 1)
    assert_lawful(scene.space)


@pytest.mark.parametrize(("standing", "left"), [(Standing.SPEAKER, 0), (Standing.COHOST, 1)])
def test_stepping_down(scene: Scene, standing: Standing, left: int) -> None:
    services.step_down(public_id=scene.id, user=scene.people[standing])
    assert (scene.place(scene.people[standing]).role, seats(scene)) == (Role.LISTENER, left)
    assert_lawful(scene.space)


def test_a_seat_given_back_is_taken_by_the_next(asked: Scene) -> None:
    asked.add(Role.SPEAKER, 9)
    services.step_down(public_id=asked.id, user=asked.speaker)
    services.approve_request(public_id=asked.id, user=asked.host, target_id=asked.listener.pk)
    assert seats(asked) == 10


# --- Entering the mixer ---


def plug(scene: Scene, user: Any, connection: str = "tab") -> str:
    return outcome(services.connect_microphone, public_id=scene.id, user=user, connection=connection, mixer_id="m1")


def test_plugging_in(scene: Scene) -> None:
    scene.space.participants.filter(user=scene.speaker).update(connection="tab")
    assert plug(scene, scene.speaker) == "ok"
    assert scene.place(scene.speaker).mixer_id == "m1"


def test_an_older_tab_cannot_plug_in(scene: Scene) -> None:
    scene.space.participants.filter(user=scene.speaker).update(connection="newer")
    assert (plug(scene, scene.speaker), scene.place(scene.speaker).mixer_id) == ("replaced", "")


@pytest.mark.fault("D6")
def test_a_listener_cannot_plug_in(scene: Scene) -> None:
    before = scene.dump()
    assert (plug(scene, scene.listener), scene.dump()) == ("forbidden", before)


# --- Numbers of events ---


def test_events_are_numbered_without_gaps(told: Told, asked: Scene) -> None:
    heard = [
        *told(services.approve_request, public_id=asked.id, user=asked.host, target_id=asked.listener.pk).frames(),
        *told(services.mute_self, public_id=asked.id, user=asked.host).frames(),
        *told(services.mute_self, public_id=asked.id, user=asked.host).frames(),
        *told(services.end_space, public_id=asked.id, user=asked.host).frames(),
    ]
    assert [frame["seq"] for frame in heard if "seq" in frame] == [1, 2, 3]


def test_a_refusal_uses_no_number(told: Told, scene: Scene) -> None:
    outcome(services.request_to_speak, public_id=scene.id, user=scene.speaker)
    news = told(services.mute_self, public_id=scene.id, user=scene.host)
    assert news.only("stage.changed")["seq"] == 1


def test_a_role_that_leads_nowhere_is_a_fault_of_the_verb(scene: Scene) -> None:
    with pytest.raises(ValueError, match="cannot become"), space_change(scene.id) as change:
        change.update(scene.place(scene.listener), role=Role.HOST)
    assert scene.place(scene.listener).role == Role.LISTENER
