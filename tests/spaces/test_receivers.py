"""What happens to Spaces when something happens to people."""

import pytest

from accounts.services import delete_user
from spaces.events import CLOSE_LEFT, Signal
from spaces.models import Space
from tests.spaces.fixtures import Told
from tests.spaces.scene import Scene, assert_lawful

pytestmark = [pytest.mark.redis, pytest.mark.django_db]


@pytest.mark.parametrize("name", ["cohost", "speaker", "listener", "outsider", "removed"])
def test_an_account_that_is_deleted_leaves_a_lawful_space(scene: Scene, name: str) -> None:
    scene.ask(scene.listener)
    delete_user(user=getattr(scene, name))
    assert_lawful(scene.space)


def test_whoever_is_deleted_is_put_out_first(told: Told, scene: Scene) -> None:
    gone = scene.speaker.pk
    news = told(delete_user, user=scene.speaker)
    assert news.only("stage.changed")["left"] == [str(gone)]
    assert [(e.to, e.code) for e in news if e.signal == Signal.CLOSE] == [((gone,), CLOSE_LEFT.code)]


def test_everybody_is_told_that_the_host_is_gone(told: Told, scene: Scene) -> None:
    news = told(delete_user, user=scene.host)
    assert news.only("space.ended")["space"]["id"] == scene.id
    assert Signal.BUBBLE in news.signals()


def test_with_the_account_of_the_host_goes_the_space(scene: Scene) -> None:
    delete_user(user=scene.host)
    assert not Space.objects.exists()
