"""Reactions: who may, how often, and what the hub makes of many."""

import pytest

from spaces import services
from spaces.events import reaction
from spaces.live.reaction_batch import FACES, ReactionBatch
from spaces.services.reactions import MOST
from spaces.states import Emoji
from spaces_project.common.errors import TooMany
from tests.spaces.fixtures import Told
from tests.spaces.scene import Scene, outcome


def test_a_thousand_become_one() -> None:
    applause = ReactionBatch()
    firsts = [applause.take(reaction(number, Emoji.CLAP)) for number in range(1000)]
    told = applause.hand_out()
    assert firsts.index(True) == 0
    assert sum(firsts) == 1
    assert told.counts == {Emoji.CLAP.value: 1000}
    assert [person.user_id for person in told.people] == [str(number) for number in range(1000 - FACES, 1000)]


def test_what_was_handed_out_is_not_told_again() -> None:
    applause = ReactionBatch()
    applause.take(reaction(1, Emoji.FIRE))
    applause.hand_out()
    assert applause.take(reaction(2, Emoji.HEART))
    assert applause.hand_out().counts == {Emoji.HEART.value: 1}


@pytest.mark.redis
@pytest.mark.django_db
def test_a_listener_reacts_and_nothing_is_stored(scene: Scene, told: Told) -> None:
    before = scene.dump()
    [envelope] = told(services.react, public_id=scene.id, user=scene.listener, emoji=Emoji.FIRE)
    assert (envelope.to, envelope.data) == ((scene.listener.pk,), Emoji.FIRE.value)
    assert scene.dump() == before


@pytest.mark.redis
@pytest.mark.django_db
def test_only_who_is_inside_reacts(scene: Scene) -> None:
    assert outcome(services.react, public_id=scene.id, user=scene.outsider, emoji=Emoji.FIRE) == "not_in_space"
    assert outcome(services.react, public_id=scene.id, user=scene.removed, emoji=Emoji.FIRE) == "removed"


@pytest.mark.redis
@pytest.mark.django_db
def test_there_is_a_limit_over_all_tabs(scene: Scene) -> None:
    for _ in range(MOST):
        services.react(public_id=scene.id, user=scene.listener, emoji=Emoji.CLAP)
    with pytest.raises(TooMany):
        services.react(public_id=scene.id, user=scene.listener, emoji=Emoji.CLAP)
