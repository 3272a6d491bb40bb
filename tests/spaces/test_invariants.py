"""What must always be true is noticed when it is not; each case breaks one thing behind the services' back."""

import json
from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import FOREVER, Block, User
from spaces.models import Participant, Space
from spaces.models.invariants import violations
from spaces.states import Role, SpaceState
from tests.factories import UserFactory
from tests.spaces.scene import Scene

pytestmark = pytest.mark.django_db


def places(scene: Scene, name: str, **fields: object) -> None:
    Participant.objects.filter(space=scene.space, user=getattr(scene, name)).update(**fields)


def space(scene: Scene, **fields: object) -> None:
    Space.objects.filter(pk=scene.space.pk).update(**fields)


def no_host(scene: Scene) -> None:
    places(scene, "host", role=Role.COHOST)


def other_host(scene: Scene) -> None:
    space(scene, host=UserFactory.create())


def cohosts(scene: Scene) -> None:
    scene.add(Role.COHOST, 2)


def speakers(scene: Scene) -> None:
    scene.add(Role.SPEAKER, 9)
    places(scene, "listener", role=Role.SPEAKER)
    space(scene, seats_taken=11)


def seats(scene: Scene) -> None:
    space(scene, seats_taken=3)


def acting(scene: Scene) -> None:
    space(scene, acting_host=scene.cohost)


def removed(scene: Scene) -> None:
    scene.put_in_charge()
    places(scene, "speaker", role=Role.LISTENER, muted=True)
    space(scene, acting_host=scene.speaker, seats_taken=0)


def blocked(scene: Scene) -> None:
    Block.objects.create(blocker=scene.host, blocked=scene.listener)


def suspended(scene: Scene) -> None:
    User.objects.filter(pk=scene.listener.pk).update(suspended_until=FOREVER)


def ended(scene: Scene) -> None:
    space(scene, state=SpaceState.ENDED, end_reason="host_ended")


def speaker_waits(scene: Scene) -> None:
    scene.ask(scene.speaker)


@pytest.mark.parametrize(
    ("break_it", "rule"),
    [
        (no_host, "one_host"),
        (other_host, "one_host"),
        (cohosts, "two_cohosts"),
        (speakers, "speaker_seats"),
        (seats, "seats_are_counted"),
        (acting, "acting_host_is_a_cohost"),
        (removed, "acting_host_is_a_cohost"),
        (blocked, "blocked_is_out"),
        (suspended, "suspended_is_out"),
        (ended, "nobody_after_the_end"),
        (speaker_waits, "only_listeners_wait"),
    ],
)
def test_what_is_broken_is_named(scene: Scene, break_it: Callable[[Scene], None], rule: str) -> None:
    assert violations() == []
    break_it(scene)
    assert rule in {violation.rule for violation in violations()}
    assert {violation.space for violation in violations()} == {scene.id}


def test_the_command_says_it_in_json_and_by_its_exit(scene: Scene) -> None:
    out = StringIO()
    call_command("check_invariants", scene.id, stdout=out)
    assert out.getvalue() == ""
    blocked(scene)
    with pytest.raises(CommandError):
        call_command("check_invariants", stdout=out)
    expected = {"space": scene.id, "rule": "blocked_is_out", "person": scene.listener.username}
    assert json.loads(out.getvalue()) == expected


def test_the_command_knows_no_other_space(db: None) -> None:
    with pytest.raises(CommandError, match="not_found"):
        call_command("check_invariants", "nothing")
