"""Sharing the work of running a Space."""

import pytest

from accounts.models import User
from spaces import selectors, services
from spaces.states import LogKind, Role, SpaceState
from tests.factories import SpaceFactory, UserFactory
from tests.spaces.fixtures import Told
from tests.spaces.scene import Scene, assert_lawful, outcome

pytestmark = pytest.mark.django_db


def appoint(scene: Scene, user: User) -> str:
    return outcome(services.appoint_cohost, public_id=scene.id, user=scene.host, target_id=user.pk)


def accept(scene: Scene, user: User) -> str:
    return outcome(services.accept_cohost, public_id=scene.id, user=user)


# --- An offer ---


def test_a_speaker_who_accepts_frees_a_seat_and_keeps_the_microphone_open(scene: Scene) -> None:
    assert (appoint(scene, scene.speaker), accept(scene, scene.speaker)) == ("ok", "ok")
    place = scene.place(scene.speaker)
    assert (place.role, place.muted) == (Role.COHOST, False)
    assert scene.log() == [LogKind.COHOST_INVITED, LogKind.COHOST_ACCEPTED]
    assert_lawful(scene.space)


def test_a_listener_who_accepts_gets_a_closed_microphone_and_waits_no_more(scene: Scene) -> None:
    scene.ask(scene.listener)
    assert (appoint(scene, scene.listener), accept(scene, scene.listener)) == ("ok", "ok")
    place = scene.place(scene.listener)
    assert (place.role, place.muted, scene.is_waiting(scene.listener)) == (Role.COHOST, True, False)
    assert_lawful(scene.space)


def test_the_person_is_told_and_the_page_may_offer_it(told: Told, scene: Scene) -> None:
    news = told(services.appoint_cohost, public_id=scene.id, user=scene.host, target_id=scene.listener.pk)
    event = news.only("you.changed")
    assert (event["reason"], event["you"]["invited_to_cohost"]) == ("cohost_invited", True)
    assert news.heard_by("you.changed") == (scene.listener.pk,)


def test_an_offer_is_made_once(told: Told, scene: Scene) -> None:
    appoint(scene, scene.listener)
    assert told(services.appoint_cohost, public_id=scene.id, user=scene.host, target_id=scene.listener.pk) == []


def test_those_who_run_it_see_who_was_asked_and_has_not_answered(scene: Scene) -> None:
    def asked() -> list[str]:
        return [person.id for person in selectors.people(public_id=scene.id, user=scene.cohost).offered]

    appoint(scene, scene.listener)
    appoint(scene, scene.outsider)
    assert asked() == [str(scene.outsider.pk), str(scene.listener.pk)]
    accept(scene, scene.listener)
    assert asked() == [str(scene.outsider.pk)]
    services.withdraw_cohost(public_id=scene.id, user=scene.host, target_id=scene.outsider.pk)
    assert asked() == []


def test_there_are_two_cohosts_at_most(scene: Scene) -> None:
    appoint(scene, scene.listener)
    appoint(scene, scene.speaker)
    assert (accept(scene, scene.speaker), accept(scene, scene.listener)) == ("ok", "cohosts_full")
    assert appoint(scene, UserFactory.create()) == "cohosts_full"
    assert_lawful(scene.space)


def test_an_offer_taken_back_cannot_be_accepted(scene: Scene) -> None:
    appoint(scene, scene.listener)
    services.withdraw_cohost(public_id=scene.id, user=scene.host, target_id=scene.listener.pk)
    assert accept(scene, scene.listener) == "not_invited"


def test_an_offer_is_declined_once_and_the_host_is_told(told: Told, scene: Scene) -> None:
    appoint(scene, scene.listener)
    news = told(services.decline_cohost, public_id=scene.id, user=scene.listener)
    assert [frame["reason"] for frame in news.frames()] == ["cohost_declined", "cohost_refused"]
    assert accept(scene, scene.listener) == "not_invited"


def test_whoever_stepped_down_must_be_asked_again(scene: Scene) -> None:
    appoint(scene, scene.speaker)
    accept(scene, scene.speaker)
    services.step_down(public_id=scene.id, user=scene.speaker)
    assert accept(scene, scene.speaker) == "not_invited"


def test_before_the_start_an_offer_waits_for_it() -> None:
    scene = Scene(state=SpaceState.SCHEDULED)
    assert (appoint(scene, scene.outsider), accept(scene, scene.listener)) == ("ok", "not_live")


# --- Handing over ---


def hand_over(scene: Scene) -> str:
    return outcome(services.hand_over, public_id=scene.id, user=scene.host, target_id=scene.cohost.pk)


def test_the_host_and_a_cohost_change_places(scene: Scene) -> None:
    assert hand_over(scene) == "ok"
    scene.space.refresh_from_db()
    assert (scene.place(scene.host).role, scene.place(scene.cohost).role) == (Role.COHOST, Role.HOST)
    assert (scene.space.host, scene.space.creator) == (scene.cohost, scene.host)
    assert scene.log() == [LogKind.HANDED_OVER]
    assert_lawful(scene.space)


def test_everyone_is_told_who_hosts_now(told: Told, scene: Scene) -> None:
    news = told(services.hand_over, public_id=scene.id, user=scene.host, target_id=scene.cohost.pk)
    assert news.only("space.changed")["space"]["host"]["id"] == str(scene.cohost.pk)
    roles = {person["id"]: person["role"] for person in news.only("stage.changed")["people"]}
    assert roles == {str(scene.host.pk): "cohost", str(scene.cohost.pk): "host"}


def test_the_former_host_may_leave_and_not_end(scene: Scene) -> None:
    hand_over(scene)
    assert outcome(services.end_space, public_id=scene.id, user=scene.host) == "forbidden"
    assert outcome(services.leave_space, public_id=scene.id, user=scene.host) == "ok"
    assert_lawful(scene.space)


def test_nobody_is_given_a_space_who_could_not_host(scene: Scene) -> None:
    User.objects.filter(pk=scene.cohost.pk).update(followers_count=599)
    assert hand_over(scene) == "too_few_followers"


def test_nobody_hosts_two_spaces_by_being_given_one(scene: Scene) -> None:
    SpaceFactory.create(creator=scene.cohost)
    assert hand_over(scene) == "already_hosting"
    assert_lawful(scene.space)


def test_the_former_host_may_go_live_elsewhere(scene: Scene) -> None:
    hand_over(scene)
    assert outcome(services.create_space, user=scene.host) == "ok"


def test_whom_the_new_host_has_blocked_is_put_out(scene: Scene) -> None:
    scene.cohost.block_rows.create(blocked=scene.listener)
    hand_over(scene)
    assert not scene.place(scene.listener).is_active
    assert_lawful(scene.space)


def test_the_space_ends_when_its_creator_deletes_the_account(scene: Scene) -> None:
    hand_over(scene)
    services.leave_everywhere(user=scene.host)
    scene.space.refresh_from_db()
    assert scene.space.state == SpaceState.ENDED
