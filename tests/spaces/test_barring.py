"""Who may not come in: the lock, and people whom the host has blocked."""

import pytest

from accounts.models import Block
from accounts.services import block_user, unblock_user
from spaces import services
from spaces.states import LogKind
from tests.spaces.fixtures import Told
from tests.spaces.scene import Scene, assert_lawful, outcome

pytestmark = [pytest.mark.django_db, pytest.mark.redis]


def join(scene: Scene, name: str) -> str:
    return outcome(services.join_space, public_id=scene.id, user=getattr(scene, name), connection="c")


@pytest.fixture
def locked(scene: Scene) -> Scene:
    services.set_lock(public_id=scene.id, user=scene.cohost, locked=True)
    return scene


def test_nobody_new_comes_into_a_locked_space(locked: Scene) -> None:
    assert join(locked, "outsider") == "locked"
    assert locked.log() == [LogKind.LOCKED]


def test_the_invited_come_into_a_locked_space(locked: Scene) -> None:
    services.invite(public_id=locked.id, user=locked.speaker, invitee=locked.outsider)
    assert join(locked, "outsider") == "ok"


def test_whoever_was_in_before_comes_back_into_a_locked_space(locked: Scene) -> None:
    services.leave_space(public_id=locked.id, user=locked.listener)
    assert join(locked, "listener") == "ok"


def test_an_opened_space_is_open_to_everyone(locked: Scene) -> None:
    services.set_lock(public_id=locked.id, user=locked.host, locked=False)
    assert join(locked, "outsider") == "ok"


def test_locking_twice_is_locking_once(told: Told, locked: Scene) -> None:
    assert told(services.set_lock, public_id=locked.id, user=locked.host, locked=True) == []


# --- Blocks ---


@pytest.mark.parametrize("name", ["listener", "speaker", "cohost"])
def test_somebody_the_host_blocks_is_out_at_once(told: Told, scene: Scene, name: str) -> None:
    person = getattr(scene, name)
    news = told(block_user, blocker=scene.host, blocked=person)
    assert not scene.place(person).is_active
    assert (news.only("bye")["code"], news.heard_by("bye")) == ("blocked", (person.pk,))
    assert scene.log() == [LogKind.BLOCKED]
    assert_lawful(scene.space)


def test_somebody_blocked_cannot_come_back_before_it_is_undone(told: Told, scene: Scene) -> None:
    told(block_user, blocker=scene.host, blocked=scene.listener)
    assert join(scene, "listener") == "blocked"
    unblock_user(blocker=scene.host, blocked=scene.listener)
    assert join(scene, "listener") == "ok"


@pytest.mark.parametrize(
    ("blocker", "blocked"), [("cohost", "listener"), ("listener", "host"), ("speaker", "listener")]
)
def test_a_block_of_anybody_else_puts_nobody_out(told: Told, scene: Scene, blocker: str, blocked: str) -> None:
    told(block_user, blocker=getattr(scene, blocker), blocked=getattr(scene, blocked))
    assert scene.place(getattr(scene, blocked)).is_active


def test_a_block_whose_consequence_was_lost_is_made_good_by_the_beat(scene: Scene) -> None:
    Block.objects.create(blocker=scene.host, blocked=scene.speaker)
    assert services.expire().people_barred == 1
    assert not scene.place(scene.speaker).is_active
    assert services.expire().people_barred == 0


def test_whoever_has_blocked_a_new_speaker_is_warned(told: Told, scene: Scene) -> None:
    Block.objects.create(blocker=scene.speaker, blocked=scene.listener)
    scene.ask(scene.listener)
    news = told(services.approve_request, public_id=scene.id, user=scene.host, target_id=scene.listener.pk)
    assert news.only("stage.blocked") == {"type": "stage.blocked", "user_id": str(scene.listener.pk)}
    assert news.heard_by("stage.blocked") == (scene.speaker.pk,)
