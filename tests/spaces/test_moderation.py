"""Removing a person, and what the staff may do from outside."""

from typing import Any

import pytest

from spaces import services
from spaces.events import CLOSE_REMOVED, Signal
from spaces.rules import Standing
from spaces.states import LogKind, Role, SpaceState
from tests.factories import UserFactory
from tests.spaces.fixtures import Told
from tests.spaces.scene import CAST, Scene, assert_lawful, outcome

pytestmark = [pytest.mark.django_db, pytest.mark.redis]

OPERATED: list[Any] = [services.remove_participant, services.mute_other]


def remove(scene: Scene, standing: Standing) -> str:
    user = scene.people[standing]
    return outcome(services.remove_participant, public_id=scene.id, user=scene.host, target_id=user.pk)


@pytest.mark.parametrize("standing", [Standing.COHOST, Standing.SPEAKER, Standing.LISTENER])
def test_a_removed_person_is_out_for_good(scene: Scene, standing: Standing) -> None:
    assert remove(scene, standing) == "ok"
    assert_lawful(scene.space)
    user = scene.people[standing]
    assert outcome(services.join_space, public_id=scene.id, user=user, connection="c1") == "removed"


def test_removing_gives_the_seat_back(scene: Scene) -> None:
    remove(scene, Standing.SPEAKER)
    place = scene.place(scene.speaker)
    scene.space.refresh_from_db()
    assert (place.role, place.mixer_id, scene.space.seats_taken) == (Role.LISTENER, "", 0)


def test_removing_closes_sockets_and_audio(told: Told, scene: Scene) -> None:
    news = told(
        services.remove_participant, public_id=scene.id, user=scene.host, target_id=scene.speaker.pk, reason="spam"
    )
    assert [(e.to, e.code) for e in news if e.signal == Signal.CLOSE] == [((scene.speaker.pk,), CLOSE_REMOVED.code)]
    assert [(entry.kind, entry.reason) for entry in scene.space.log.all()] == [(LogKind.REMOVED, "spam")]


def test_a_removed_persons_request_goes_too(scene: Scene) -> None:
    scene.ask(scene.listener)
    remove(scene, Standing.LISTENER)
    assert not scene.is_waiting(scene.listener)


def test_removing_twice(scene: Scene) -> None:
    remove(scene, Standing.LISTENER)
    before = scene.dump()
    assert (remove(scene, Standing.LISTENER), scene.dump()) == ("target_gone", before)


# --- The staff ---


@pytest.fixture
def staff(db: None) -> Any:
    return UserFactory.create(is_staff=True)


@pytest.mark.parametrize("standing", [Standing.COHOST, Standing.SPEAKER, Standing.LISTENER])
def test_the_staff_removes_whom_the_host_could(scene: Scene, staff: Any, standing: Standing) -> None:
    target = scene.people[standing].pk
    services.remove_participant(public_id=scene.id, user=staff, target_id=target, as_operator=True)
    assert scene.place(scene.people[standing]).removed_at is not None


@pytest.mark.parametrize("standing", [Standing.HOST, Standing.COHOST, Standing.SPEAKER])
def test_the_staff_mutes_anybody(scene: Scene, staff: Any, standing: Standing) -> None:
    target = scene.people[standing].pk
    services.mute_other(public_id=scene.id, user=staff, target_id=target, as_operator=True)
    assert scene.place(scene.people[standing]).muted


@pytest.mark.parametrize(
    ("verb", "standing", "code"),
    [
        (services.remove_participant, Standing.HOST, "forbidden"),
        (services.remove_participant, Standing.OUTSIDER, "target_gone"),
        (services.remove_participant, Standing.REMOVED, "target_gone"),
        (services.mute_other, Standing.LISTENER, "not_a_speaker"),
        (services.mute_other, Standing.OUTSIDER, "target_gone"),
    ],
)
def test_what_the_staff_cannot_do(scene: Scene, staff: Any, verb: Any, standing: Standing, code: str) -> None:
    before = scene.dump()
    target = scene.people[standing].pk
    assert outcome(verb, public_id=scene.id, user=staff, target_id=target, as_operator=True) == code
    assert scene.dump() == before


@pytest.mark.parametrize("verb", OPERATED)
@pytest.mark.parametrize("standing", CAST)
def test_nobody_else_acts_as_an_operator(scene: Scene, verb: Any, standing: Standing) -> None:
    before = scene.dump()
    actor = scene.people[standing]
    verdict = outcome(verb, public_id=scene.id, user=actor, target_id=scene.speaker.pk, as_operator=True)
    assert (verdict, scene.dump()) == ("forbidden", before)


@pytest.mark.parametrize("verb", OPERATED)
def test_a_dismissed_member_of_the_staff_is_nobody(scene: Scene, verb: Any) -> None:
    former = UserFactory.create(is_staff=True, is_active=False)
    verdict = outcome(verb, public_id=scene.id, user=former, target_id=scene.speaker.pk, as_operator=True)
    assert verdict == "forbidden"


@pytest.mark.parametrize("verb", OPERATED)
def test_the_staff_too_meets_the_end_of_a_space(staff: Any, verb: Any) -> None:
    scene = Scene(state=SpaceState.ENDED)
    verdict = outcome(verb, public_id=scene.id, user=staff, target_id=scene.speaker.pk, as_operator=True)
    assert verdict == "ended"
