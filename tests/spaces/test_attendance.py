"""Joining, leaving, being lost."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import redis
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import SuspensionScope
from accounts.services import block_user
from spaces import presence, selectors, services
from spaces.doors.signalling.places import Entered
from spaces.events import CLOSE_LEFT, CLOSE_REPLACED, Signal
from spaces.moderation.services.suspensions import suspend_person
from spaces.rules import Standing
from spaces.services import attendance
from spaces.states import LogKind, RequestState, Role, SpaceState
from tests.factories import UserFactory
from tests.spaces.fixtures import Told
from tests.spaces.scene import Scene, assert_lawful, outcome

pytestmark = [pytest.mark.django_db, pytest.mark.redis]


# --- Joining ---


def test_a_stranger_joins_as_a_muted_listener(scene: Scene) -> None:
    place = services.join_space(public_id=scene.id, user=scene.outsider, connection="c1")
    assert (place.role, place.muted, place.connection) == (Role.LISTENER, True, "c1")


def test_joining_is_counted_and_logged(told: Told, scene: Scene) -> None:
    news = told(services.join_space, public_id=scene.id, user=scene.outsider, connection="c1")
    assert (scene.log(), news.signals()) == ([LogKind.JOINED], [Signal.AUDIENCE])


@pytest.mark.parametrize("read", ["nothing", "before the speaker came", "all"])
def test_a_newcomer_is_told_of_everybody_on_the_stage_whom_they_blocked(scene: Scene, read: str) -> None:
    block_user(blocker=scene.outsider, blocked=scene.speaker)
    now = selectors.scene(scene.id)
    earlier = replace(now, stage=[person for person in now.stage if person.id != str(scene.speaker.pk)])
    known = {"nothing": None, "before the speaker came": earlier, "all": now}[read]
    entrance = services.come_in(public_id=scene.id, user=scene.outsider, connection="c1", scene=known)
    snapshot = Entered(entrance=entrance).snapshot(now)
    if read == "all":
        assert snapshot is not None
    else:
        assert snapshot is None, "whether the speaker is blocked was not read"
        snapshot = selectors.snapshot(public_id=scene.id, user_id=scene.outsider.pk, connection="c1", scene=now)
    assert snapshot.blocked == [str(scene.speaker.pk)]


Change = Callable[[Scene], object]
CHANGES: dict[str, Change] = {
    "ended": lambda scene: services.end_space(public_id=scene.id, user=scene.host),
    "locked": lambda scene: services.set_lock(public_id=scene.id, user=scene.host, locked=True),
    "blocked": lambda scene: block_user(blocker=scene.host, blocked=scene.outsider),
    "suspended": lambda scene: suspend_person(user=scene.outsider, scope=SuspensionScope.ENTIRELY),
    "ok": lambda scene: services.mute_all(public_id=scene.id, user=scene.host),
}


@pytest.mark.fault("E4")
@pytest.mark.parametrize("when", ["_slip_in", "_still_holds"])
@pytest.mark.parametrize("expected", CHANGES)
def test_a_change_while_a_listener_comes_in_is_heeded(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, expected: str, when: str
) -> None:
    """Joins take no lock of the Space: the change comes after the rules were asked, before or after the row."""
    step = getattr(attendance, when)

    def change_first(*arguments: object) -> object:
        monkeypatch.setattr(attendance, when, step)
        CHANGES[expected](scene)
        return step(*arguments)

    monkeypatch.setattr(attendance, when, change_first)
    verdict = outcome(services.join_space, public_id=scene.id, user=scene.outsider, connection="c1")
    assert (verdict, presence.is_here(scene.id, scene.outsider.pk)) == (expected, expected == "ok")
    assert_lawful(scene.space)


@pytest.mark.parametrize("when", ["_slip_in", "_still_holds"])
def test_a_listener_who_was_locked_out_at_the_door_has_no_row_that_opens_it(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    test_a_change_while_a_listener_comes_in_is_heeded(scene, monkeypatch, "locked", when)
    assert outcome(services.join_space, public_id=scene.id, user=scene.outsider, connection="c2") == "locked"


def test_listeners_do_not_write_to_the_space(scene: Scene) -> None:
    """Joins of one Space would otherwise wait for each other at its row."""
    with CaptureQueriesContext(connection) as captured:
        services.join_space(public_id=scene.id, user=scene.outsider, connection="c1")
    assert not [query for query in captured if query["sql"].startswith('UPDATE "spaces_space"')]


@pytest.mark.parametrize("standing", [Standing.HOST, Standing.COHOST, Standing.SPEAKER, Standing.LISTENER])
def test_whoever_is_in_keeps_role_and_microphone(scene: Scene, standing: Standing) -> None:
    user = scene.people[standing]
    before = scene.place(user)
    after = services.join_space(public_id=scene.id, user=user, connection="c2")
    assert (after.role, after.muted) == (before.role, before.muted)
    assert_lawful(scene.space)


def test_joining_again_on_the_same_connection_changes_nothing(scene: Scene) -> None:
    services.join_space(public_id=scene.id, user=scene.listener, connection="c1")
    before = scene.place(scene.listener)
    services.join_space(public_id=scene.id, user=scene.listener, connection="c1")
    assert scene.place(scene.listener).joined_at == before.joined_at
    assert LogKind.JOINED not in scene.log()


@pytest.mark.fault("E6")
def test_a_second_tab_takes_the_audio_over(told: Told, scene: Scene) -> None:
    services.join_space(public_id=scene.id, user=scene.speaker, connection="first")
    news = told(services.join_space, public_id=scene.id, user=scene.speaker, connection="second")
    [closing] = [envelope for envelope in news if envelope.signal == Signal.CLOSE]
    assert (closing.to, closing.code, closing.spare) == ((scene.speaker.pk,), CLOSE_REPLACED.code, "second")
    assert scene.space.participants.filter(user=scene.speaker).count() == 1


def test_joining_gives_a_lease_and_leaving_takes_it(told: Told, scene: Scene) -> None:
    services.join_space(public_id=scene.id, user=scene.outsider, connection="c1")
    assert presence.is_here(scene.id, scene.outsider.pk)
    told(services.leave_space, public_id=scene.id, user=scene.outsider)
    assert not presence.is_here(scene.id, scene.outsider.pk)


@pytest.mark.parametrize("standing", [Standing.REMOVED, Standing.OUTSIDER])
def test_a_refusal_leaves_no_lease(scene: Scene, standing: Standing) -> None:
    services.set_lock(public_id=scene.id, user=scene.host, locked=True)
    user = scene.people[standing]
    assert outcome(services.join_space, public_id=scene.id, user=user, connection="c1") != "ok"
    assert not presence.is_here(scene.id, user.pk)


def test_a_refusal_keeps_the_lease_of_a_participant_who_is_inside(scene: Scene) -> None:
    """A refused second tab must not count the user's first one as gone."""
    block_user(blocker=scene.host, blocked=scene.listener)
    presence.enter(scene.id, scene.listener.pk)
    scene.space.participants.filter(user=scene.listener).update(left_at=None)
    assert outcome(services.join_space, public_id=scene.id, user=scene.listener, connection="c2") == "blocked"
    assert presence.is_here(scene.id, scene.listener.pk)


def test_a_join_without_a_store_changes_nothing(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lease comes first: without it, the next sweep would count the user as lost."""

    def away(public_id: str, user_id: int) -> None:
        raise redis.ConnectionError

    monkeypatch.setattr(presence, "enter", away)
    before = scene.dump()
    with pytest.raises(redis.ConnectionError):
        services.join_space(public_id=scene.id, user=scene.outsider, connection="c1")
    assert scene.dump() == before


@pytest.mark.fault("D7")
def test_a_removed_person_stays_out(scene: Scene) -> None:
    before = scene.dump()
    assert outcome(services.join_space, public_id=scene.id, user=scene.removed, connection="c1") == "removed"
    assert scene.dump() == before


def test_somebody_whom_the_host_blocked_stays_out(scene: Scene) -> None:
    block_user(blocker=scene.host, blocked=scene.outsider)
    before = scene.dump()
    assert outcome(services.join_space, public_id=scene.id, user=scene.outsider, connection="c1") == "blocked"
    assert scene.dump() == before


def test_a_block_by_a_speaker_keeps_nobody_out(scene: Scene) -> None:
    block_user(blocker=scene.speaker, blocked=scene.outsider)
    assert outcome(services.join_space, public_id=scene.id, user=scene.outsider, connection="c1") == "ok"


@pytest.mark.fault("E5")
@pytest.mark.parametrize(
    ("state", "code"),
    [(SpaceState.SCHEDULED, "not_live"), (SpaceState.ENDED, "ended"), (SpaceState.CANCELED, "canceled")],
)
def test_only_a_live_space_is_joined(state: SpaceState, code: str) -> None:
    scene = Scene(state=state)
    assert outcome(services.join_space, public_id=scene.id, user=scene.outsider, connection="c1") == code


# --- Leaving ---


def test_a_speaker_who_leaves_gives_the_seat_back(told: Told, scene: Scene) -> None:
    news = told(services.leave_space, public_id=scene.id, user=scene.speaker)
    scene.space.refresh_from_db()
    assert (scene.space.seats_taken, scene.log()) == (0, [LogKind.LEFT])
    assert news.only("stage.changed")["left"] == [str(scene.speaker.pk)]
    assert_lawful(scene.space)


def test_whoever_leaves_is_put_out_quietly(told: Told, scene: Scene) -> None:
    news = told(services.leave_space, public_id=scene.id, user=scene.listener)
    assert news.types() == ["bye"]
    assert [(e.to, e.code) for e in news if e.signal == Signal.CLOSE] == [((scene.listener.pk,), CLOSE_LEFT.code)]


def test_a_leaving_listener_takes_the_request_along(told: Told, scene: Scene) -> None:
    scene.ask(scene.listener)
    news = told(services.leave_space, public_id=scene.id, user=scene.listener)
    assert (news.only("queue.changed")["state"], news.only("queue.changed")["total"]) == (RequestState.CANCELED, 0)


def test_a_speaker_who_comes_back_is_a_listener(scene: Scene) -> None:
    services.leave_space(public_id=scene.id, user=scene.speaker)
    services.join_space(public_id=scene.id, user=scene.speaker, connection="c2")
    assert scene.place(scene.speaker).role == Role.LISTENER
    assert_lawful(scene.space)


def test_the_host_cannot_leave(scene: Scene) -> None:
    assert outcome(services.leave_space, public_id=scene.id, user=scene.host) == "host_cannot_leave"


def test_leaving_twice(scene: Scene) -> None:
    services.leave_space(public_id=scene.id, user=scene.listener)
    before = scene.dump()
    assert outcome(services.leave_space, public_id=scene.id, user=scene.listener) == "not_in_space"
    assert scene.dump() == before


# --- Being lost ---


def lose(scene: Scene, standing: Standing, *, connection: str = "") -> bool:
    user = scene.people[standing]
    return services.mark_lost(public_id=scene.id, user_id=user.pk, connection=connection)


@pytest.mark.parametrize("standing", [Standing.COHOST, Standing.SPEAKER, Standing.LISTENER])
def test_a_lost_person_is_out_and_may_return(scene: Scene, standing: Standing) -> None:
    assert lose(scene, standing)
    assert scene.log() == [LogKind.LOST]
    assert_lawful(scene.space)
    assert outcome(services.join_space, public_id=scene.id, user=scene.people[standing], connection="c") == "ok"


def test_a_lost_speaker_gives_the_seat_back(scene: Scene) -> None:
    lose(scene, Standing.SPEAKER)
    scene.space.refresh_from_db()
    assert scene.space.seats_taken == 0


@pytest.mark.parametrize("standing", [Standing.HOST, Standing.OUTSIDER, Standing.REMOVED])
def test_some_are_never_lost(scene: Scene, standing: Standing) -> None:
    before = scene.dump()["participants"]
    assert not lose(scene, standing)
    assert scene.dump()["participants"] == before


def test_whoever_came_back_meanwhile_is_not_lost(scene: Scene) -> None:
    services.join_space(public_id=scene.id, user=scene.listener, connection="new")
    assert not lose(scene, Standing.LISTENER, connection="old")
    assert scene.place(scene.listener).is_active


# --- What is left of somebody who deletes the account ---


def test_the_log_outlives_the_people_in_it(scene: Scene) -> None:
    user = UserFactory.create()
    services.join_space(public_id=scene.id, user=user, connection="c1")
    user.delete()
    assert scene.log() == [LogKind.JOINED, LogKind.LEFT]
    assert not scene.space.log.exclude(actor=None).exists()
