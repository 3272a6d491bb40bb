"""Asking people in, who may ask to speak, and Spaces that are to come."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import User
from accounts.services import block_user, follow_user
from spaces import services
from spaces.models import FlaggedWord, Reminder, Report
from spaces.services.schedule import LONGEST_AHEAD
from spaces.states import LogKind, RequestState, Role, SpaceState
from tests.factories import UserFactory
from tests.spaces.fixtures import Told
from tests.spaces.scene import Scene, assert_lawful, outcome

pytestmark = pytest.mark.django_db


@pytest.fixture
def invite(scene: Scene) -> Callable[..., str]:
    """Return a function that invites one user as another one. It returns `ok` or the code of the refusal."""

    def invite(by: User, whom: User, *, to_speak: bool = False) -> str:
        return outcome(services.invite, public_id=scene.id, user=by, invitee=whom, to_speak=to_speak)

    return invite


Invite = Callable[..., str]


# --- Inviting ---


@pytest.mark.parametrize(
    ("name", "to_listen", "to_speak"),
    [
        ("host", "ok", "ok"),
        ("cohost", "ok", "ok"),
        ("speaker", "ok", "forbidden"),
        ("listener", "forbidden", "forbidden"),
        ("outsider", "not_in_space", "not_in_space"),
        ("removed", "removed", "removed"),
    ],
)
def test_who_may_invite(scene: Scene, invite: Invite, name: str, to_listen: str, to_speak: str) -> None:
    user = getattr(scene, name)
    assert invite(user, UserFactory.create()) == to_listen
    assert invite(user, UserFactory.create(), to_speak=True) == to_speak


def test_an_invitation_is_logged_once(scene: Scene, invite: Invite) -> None:
    assert [invite(scene.host, scene.outsider) for _ in range(3)] == ["ok"] * 3
    assert (scene.space.invitations.count(), scene.log()) == (1, [LogKind.INVITED])


def test_an_invitation_may_grow_to_the_microphone_and_does_not_shrink(scene: Scene, invite: Invite) -> None:
    for to_speak in (False, True, False):
        invite(scene.host, scene.outsider, to_speak=to_speak)
    assert (scene.space.invitations.get().to_speak, len(scene.log())) == (True, 2)


def test_nobody_invites_themselves_or_somebody_who_is_gone(scene: Scene, invite: Invite) -> None:
    assert invite(scene.host, scene.host) == "not_found"
    assert invite(scene.host, UserFactory.create(is_active=False)) == "not_found"


def test_a_removed_person_is_not_invited(scene: Scene, invite: Invite) -> None:
    assert invite(scene.cohost, scene.removed) == "removed_person"


@pytest.mark.parametrize("blocks_host", [True, False])
def test_those_who_blocked_each_other_do_not_invite(scene: Scene, invite: Invite, blocks_host: bool) -> None:
    pair = (scene.outsider, scene.host) if blocks_host else (scene.host, scene.outsider)
    block_user(blocker=pair[0], blocked=pair[1])
    assert (invite(scene.host, scene.outsider), invite(scene.speaker, scene.outsider)) == ("blocked", "blocked")


# --- Taking the microphone one was offered ---


@pytest.fixture
def offered(scene: Scene, invite: Invite) -> Scene:
    invite(scene.host, scene.listener, to_speak=True)
    return scene


def accept(scene: Scene, user: User) -> str:
    return outcome(services.accept_mic, public_id=scene.id, user=user)


def test_an_offered_microphone_is_taken_muted_with_a_seat(offered: Scene) -> None:
    offered.ask(offered.listener)
    assert accept(offered, offered.listener) == "ok"
    place = offered.place(offered.listener)
    assert (place.role, place.muted, offered.is_waiting(offered.listener)) == (Role.SPEAKER, True, False)
    assert_lawful(offered.space)


def test_nobody_takes_what_was_not_offered(scene: Scene, invite: Invite) -> None:
    invite(scene.host, scene.listener)
    before = scene.dump()
    assert (accept(scene, scene.listener), scene.dump()) == ("not_invited", before)


def test_an_offer_does_not_make_a_seat(offered: Scene) -> None:
    offered.add(Role.SPEAKER, 9)
    before = offered.dump()
    assert (accept(offered, offered.listener), offered.dump()) == ("stage_full", before)


@pytest.mark.fault("D9")
def test_a_microphone_that_was_taken_is_not_taken_back(offered: Scene, told: Told) -> None:
    accept(offered, offered.listener)
    news = told(services.take_mic, public_id=offered.id, user=offered.host, target_id=offered.listener.pk)
    assert "invited" not in news.only("you.changed")["you"]
    assert accept(offered, offered.listener) == "not_invited"


def test_whoever_stepped_down_may_come_back(offered: Scene) -> None:
    accept(offered, offered.listener)
    services.step_down(public_id=offered.id, user=offered.listener)
    assert accept(offered, offered.listener) == "ok"


# --- Who may ask ---


def set_policy(scene: Scene, policy: str, by: User | None = None) -> str:
    return outcome(services.set_policy, public_id=scene.id, user=by or scene.host, policy=policy)


def ask(scene: Scene) -> str:
    return outcome(services.request_to_speak, public_id=scene.id, user=scene.listener)


@pytest.mark.parametrize(
    ("policy", "stranger", "followed", "invited"),
    [
        ("everyone", "ok", "ok", "ok"),
        ("followed", "only_followed", "ok", "ok"),
        ("invited", "only_invited", "only_invited", "ok"),
    ],
)
def test_who_may_ask(policy: str, stranger: str, followed: str, invited: str) -> None:
    scenes = [Scene() for _ in range(3)]
    follow_user(follower=scenes[1].host, followee=scenes[1].listener)
    services.invite(public_id=scenes[2].id, user=scenes[2].host, invitee=scenes[2].listener, to_speak=True)
    assert [set_policy(scene, policy) for scene in scenes] == ["ok"] * 3
    assert [ask(scene) for scene in scenes] == [stranger, followed, invited]


def test_a_stricter_policy_declines_those_who_wait(told: Told, scene: Scene) -> None:
    scene.ask(scene.listener)
    news = told(services.set_policy, public_id=scene.id, user=scene.cohost, policy="invited")
    assert scene.space.requests.get().state == RequestState.DECLINED
    assert news.only("space.changed")["space"]["speak_policy"] == "invited"
    assert news.heard_by("you.changed") == (scene.listener.pk,)


def test_the_same_policy_again_tells_nobody(told: Told, scene: Scene) -> None:
    assert told(services.set_policy, public_id=scene.id, user=scene.host, policy="everyone") == []


@pytest.mark.parametrize(("name", "code"), [("speaker", "forbidden"), ("outsider", "not_in_space")])
def test_others_do_not_set_the_policy(scene: Scene, name: str, code: str) -> None:
    assert set_policy(scene, "invited", by=getattr(scene, name)) == code
    assert set_policy(scene, "nobody") == "bad_policy"


# --- Spaces to come ---


@pytest.fixture
def ada(db: None) -> User:
    return UserFactory.create(followers_count=600)


@pytest.mark.parametrize(
    ("ahead", "code"),
    [
        (timedelta(minutes=5), "ok"),
        (LONGEST_AHEAD - timedelta(minutes=1), "ok"),
        (timedelta(), "bad_time"),
        (-timedelta(days=1), "bad_time"),
        (LONGEST_AHEAD + timedelta(minutes=1), "bad_time"),
    ],
)
def test_how_far_ahead(ada: User, ahead: timedelta, code: str) -> None:
    assert outcome(services.schedule_space, user=ada, title="Later", when=timezone.now() + ahead) == code


def test_only_those_who_may_host_schedule() -> None:
    when = timezone.now() + timedelta(hours=1)
    assert outcome(services.schedule_space, user=UserFactory.create(), title="", when=when) == "too_few_followers"


def test_a_scheduled_space_is_renamed_by_its_host_alone() -> None:
    scene = Scene(state=SpaceState.SCHEDULED)
    assert outcome(services.update_space, public_id=scene.id, user=scene.host, title=" New\u200b name ") == "ok"
    scene.space.refresh_from_db()
    assert scene.space.title == "New name"
    assert outcome(services.update_space, public_id=scene.id, user=scene.cohost, title="Mine") == "forbidden"


def test_a_live_space_is_renamed_by_those_who_run_it(told: Told, scene: Scene) -> None:
    news = told(services.update_space, public_id=scene.id, user=scene.cohost, title=" New\u200b name ")
    assert news.only("space.changed")["space"]["title"] == "New name"
    assert scene.log() == [LogKind.RENAMED]
    assert outcome(services.update_space, public_id=scene.id, user=scene.speaker, title="Mine") == "forbidden"
    assert told(services.update_space, public_id=scene.id, user=scene.host, title="New name") == []


def test_a_live_space_has_no_other_time(scene: Scene) -> None:
    when = timezone.now() + timedelta(days=1)
    assert outcome(services.update_space, public_id=scene.id, user=scene.host, title="x", when=when) == "already_live"


def test_a_new_name_with_a_word_of_the_list_is_flagged(
    scene: Scene, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    FlaggedWord.objects.create(text="spam")
    with django_capture_on_commit_callbacks(execute=True):
        services.update_space(public_id=scene.id, user=scene.host, title="No spam here")
    assert Report.objects.get().text == "spam"


def test_a_reminder_is_set_once_and_cleared() -> None:
    scene = Scene(state=SpaceState.SCHEDULED)
    for _ in range(2):
        services.set_reminder(public_id=scene.id, user=scene.outsider)
    assert Reminder.objects.count() == 1
    services.clear_reminder(public_id=scene.id, user=scene.outsider)
    services.clear_reminder(public_id=scene.id, user=scene.outsider)
    assert Reminder.objects.count() == 0


def test_nobody_is_reminded_of_what_is_live_or_over(scene: Scene) -> None:
    over = Scene(state=SpaceState.ENDED)
    assert outcome(services.set_reminder, public_id=scene.id, user=scene.outsider) == "already_live"
    assert outcome(services.set_reminder, public_id=over.id, user=over.outsider) == "ended"
