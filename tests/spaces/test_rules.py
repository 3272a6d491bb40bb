"""What the table of rules says of itself; who may do what is tried through the doors."""

import pytest
from pytest_django import Settings

from spaces import rules
from spaces.events import wire
from spaces.rules import ANONYMOUS, RULES, Action, Standing
from spaces.states import SpaceState
from tests.spaces.scene import Scene

pytestmark = pytest.mark.django_db


@pytest.mark.asvs("8.1.1")
def test_every_action_has_a_rule() -> None:
    assert set(Action) - set(RULES) == {Action.CREATE}


@pytest.mark.parametrize("state", list(SpaceState))
@pytest.mark.parametrize("standing", list(Standing))
def test_a_page_offers_what_would_be_allowed(state: SpaceState, standing: Standing) -> None:
    scene = Scene(state=state)
    place = scene.actor(standing)
    offered = [action.value for action in rules.allowed(space=scene.space, actor=place)]
    without_target = [action for action, rule in RULES.items() if not rule.on]
    allowed = [a for a in without_target if rules.obstacle(a, space=scene.space, actor=place) is None]
    assert [action for action in offered if not RULES[Action(action)].on] == allowed


@pytest.mark.parametrize("state", [SpaceState.ENDED, SpaceState.CANCELED])
@pytest.mark.parametrize("action", [action for action in RULES if action not in (Action.READ_LOG, Action.CLIP)])
@pytest.mark.asvs("2.2.3")
def test_nothing_at_all_is_allowed_in_what_is_over(state: SpaceState, action: Action) -> None:
    scene = Scene(state=state)
    for standing in Standing:
        assert rules.obstacle(action, space=scene.space, actor=scene.actor(standing)) is not None


@pytest.mark.parametrize("action", list(RULES))
def test_a_removed_person_may_do_nothing(scene: Scene, action: Action) -> None:
    error = rules.obstacle(action, space=scene.space, actor=scene.place(scene.removed))
    assert error is not None
    assert error.code == "removed"


@pytest.mark.parametrize("action", list(RULES))
def test_without_an_account_one_listens_and_nothing_else(scene: Scene, action: Action) -> None:
    error = rules.obstacle(action, space=scene.space, actor=ANONYMOUS)
    allowed = action in (Action.JOIN, Action.LEAVE, Action.LISTEN)
    assert error is None if allowed else error is not None and error.code == "login_required"


@pytest.mark.parametrize("action", list(RULES))
def test_a_house_may_be_for_its_own_people_only(scene: Scene, settings: Settings, action: Action) -> None:
    settings.SPACES_PUBLIC_LISTENING = False
    error = rules.obstacle(action, space=scene.space, actor=ANONYMOUS)
    assert error is not None
    assert error.code == "login_required"
    assert wire.nobody(scene.space).can == []


def test_a_host_who_is_away_is_still_the_host(scene: Scene) -> None:
    place = scene.place(scene.host)
    place.left_at = place.joined_at
    assert rules.standing(place, space=place.space) == Standing.HOST


def test_a_speaker_who_left_is_an_outsider(scene: Scene) -> None:
    place = scene.place(scene.speaker)
    place.left_at = place.joined_at
    assert rules.standing(place, space=place.space) == Standing.OUTSIDER


def test_what_is_muted_for_those_outside(scene: Scene) -> None:
    you = wire.you(scene.space, None, user_id=1)
    assert (you.role, you.muted) == ("outsider", True)
