"""Many at once on one Space: real threads, real connections, real commits, on both databases."""

import itertools
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import SuspensionScope, User
from accounts.services import block_user
from spaces import services
from spaces.models import Participant, Space, SpeakRequest
from spaces.moderation.services.suspensions import suspend_person
from spaces.states import LogKind, RequestState, Role, SpaceState
from tests.factories import ParticipantFactory, SpaceFactory, UserFactory
from tests.spaces.scene import Scene, assert_lawful, outcome

pytestmark = [pytest.mark.redis, pytest.mark.django_db(transaction=True)]

DEADLINE_SECONDS = 40
ROUNDS = int(os.environ.get("RACE_ROUNDS", "5"))
"""How often each race of two is run; `make races-long` has fifty."""

Work = Callable[[], str]
AtOnce = Callable[[Sequence[Work]], list[str]]


@pytest.fixture
def at_once() -> Iterator[AtOnce]:
    """Does every piece of work on a thread of its own from the same moment on; their outcomes, in order."""
    with ThreadPoolExecutor(40) as pool:

        def run(works: Sequence[Work]) -> list[str]:
            barrier = threading.Barrier(len(works), timeout=DEADLINE_SECONDS)
            jobs = [pool.submit(_together, barrier, work) for work in works]
            return [job.result(timeout=DEADLINE_SECONDS) for job in jobs]

        yield run


def _together(barrier: threading.Barrier, work: Work) -> str:
    try:
        connection.ensure_connection()
        barrier.wait()
        return work()
    finally:
        connection.close()


@pytest.mark.fault("E1")
@pytest.mark.asvs("2.3.4")
def test_of_forty_approvals_for_the_last_seat_one_wins(at_once: AtOnce) -> None:
    scene = Scene()
    scene.add(Role.SPEAKER, 8)  # nine with the one who is there
    asking = scene.add(Role.LISTENER, 40)
    SpeakRequest.objects.bulk_create(SpeakRequest(space=scene.space, user=user) for user in asking)
    managers = itertools.cycle([scene.host, scene.cohost])
    works = [
        partial(outcome, services.approve_request, public_id=scene.id, user=next(managers), target_id=user.pk)
        for user in asking
    ]
    assert sorted(at_once(works)) == ["ok"] + ["stage_full"] * 39
    assert_lawful(scene.space)
    assert scene.space.seats_taken == 10
    assert scene.space.requests.filter(state=RequestState.PENDING).count() == 39


@pytest.mark.fault("E1")
def test_seats_are_counted_right_while_people_come_and_go(at_once: AtOnce) -> None:
    scene = Scene()
    speakers = scene.add(Role.SPEAKER, 9)
    asking = scene.add(Role.LISTENER, 9)
    SpeakRequest.objects.bulk_create(SpeakRequest(space=scene.space, user=user) for user in asking)
    leaving = [partial(outcome, services.step_down, public_id=scene.id, user=user) for user in speakers]
    coming = [
        partial(outcome, services.approve_request, public_id=scene.id, user=scene.host, target_id=user.pk)
        for user in asking
    ]
    verdicts = at_once([*leaving, *coming])
    assert set(verdicts[:9]) == {"ok"}
    assert_lawful(scene.space)
    assert scene.space.seats_taken == 1 + verdicts[9:].count("ok")


@pytest.mark.fault("E2")
@pytest.mark.parametrize("names", list(itertools.combinations(["approve", "decline", "cancel", "remove", "leave"], 3)))
def test_what_happens_to_one_request_at_once_ends_lawfully(at_once: AtOnce, names: tuple[str, ...]) -> None:
    scene = Scene()
    scene.ask(scene.listener)
    target = scene.listener.pk
    verbs: dict[str, Work] = {
        "approve": partial(outcome, services.approve_request, public_id=scene.id, user=scene.host, target_id=target),
        "decline": partial(outcome, services.decline_request, public_id=scene.id, user=scene.cohost, target_id=target),
        "cancel": partial(outcome, services.cancel_request, public_id=scene.id, user=scene.listener),
        "remove": partial(outcome, services.remove_participant, public_id=scene.id, user=scene.host, target_id=target),
        "leave": partial(outcome, services.leave_space, public_id=scene.id, user=scene.listener),
    }
    verdicts = dict(zip(names, at_once([verbs[name] for name in names]), strict=True))
    assert_lawful(scene.space)
    assert "ok" in verdicts.values()
    assert (scene.place(scene.listener).removed_at is not None) == (verdicts.get("remove") == "ok")


@pytest.mark.fault("E3")
def test_a_space_ends_once(at_once: AtOnce) -> None:
    scene = Scene()
    verdicts = at_once([partial(outcome, services.end_space, public_id=scene.id, user=scene.host)] * 8)
    assert sorted(verdicts) == ["ended"] * 7 + ["ok"]
    assert scene.log() == [LogKind.ENDED]
    assert_lawful(scene.space)


@pytest.mark.fault("E3")
@pytest.mark.fault("A14")
def test_a_host_two_beats_and_the_clock_end_a_space_once(at_once: AtOnce) -> None:
    scene = Scene()
    later = timezone.now() + timedelta(days=2)

    def expire() -> str:
        return str(services.expire(now=later).ended)

    end = partial(outcome, services.end_space, public_id=scene.id, user=scene.host)
    verdicts = at_once([expire, end, expire, end])
    assert sorted(verdicts[1::2]) in (["ended", "ended"], ["ended", "ok"])
    assert (verdicts.count("1") + verdicts.count("ok"), scene.log().count(LogKind.ENDED)) == (1, 1)


@pytest.mark.fault("E4")
@pytest.mark.parametrize("turn", range(ROUNDS))
def test_nobody_is_left_in_a_space_that_ended_while_they_joined(at_once: AtOnce, turn: int) -> None:
    scene = Scene()
    joining = [
        partial(outcome, services.join_space, public_id=scene.id, user=user, connection="c")
        for user in UserFactory.create_batch(6)
    ]
    end: Work = partial(outcome, services.end_space, public_id=scene.id, user=scene.host)
    verdicts = at_once([*joining[:turn], end, *joining[turn:]])
    assert set(verdicts) <= {"ok", "ended"}
    assert_lawful(scene.space)
    assert not Participant.objects.active().exists()


# --- Two at once, again and again ---

Duel = tuple[Work, Work, set[tuple[str, str]]]
"""Two works, and every pair of their outcomes that is right."""
Race = Callable[[Scene], Duel]


def verb(function: Callable[..., object], scene: Scene, user: User, **arguments: object) -> Work:
    return partial(outcome, function, public_id=scene.id, user=user, **arguments)


def last_seat(scene: Scene) -> Duel:
    scene.add(Role.SPEAKER, 8)
    other = scene.add(Role.LISTENER)[0]
    scene.ask(scene.listener)
    scene.ask(other)
    one = verb(services.approve_request, scene, scene.host, target_id=scene.listener.pk)
    two = verb(services.approve_request, scene, scene.cohost, target_id=other.pk)
    return one, two, {("ok", "stage_full"), ("stage_full", "ok")}


def bulk_for_last_seat(scene: Scene) -> Duel:
    one, _, _ = last_seat(scene)
    lawful = {("ok", "ok"), ("already_speaker", "ok"), ("stage_full", "ok")}
    return one, verb(services.approve_requests, scene, scene.cohost), lawful


def approve_or_cancel(scene: Scene) -> Duel:
    scene.ask(scene.listener)
    approve = verb(services.approve_request, scene, scene.host, target_id=scene.listener.pk)
    cancel = verb(services.cancel_request, scene, scene.listener)
    return approve, cancel, {("ok", "forbidden"), ("no_request", "ok")}


def remove_or_join(scene: Scene) -> Duel:
    remove = verb(services.remove_participant, scene, scene.host, target_id=scene.speaker.pk)
    join = verb(services.join_space, scene, scene.speaker, connection="new")
    return remove, join, {("ok", "ok"), ("ok", "removed")}


def end_or_start_of_a_mic(scene: Scene) -> Duel:
    services.join_space(public_id=scene.id, user=scene.speaker, connection="tab")
    end = verb(services.end_space, scene, scene.host)
    plug_in = verb(services.connect_microphone, scene, scene.speaker, connection="tab", mixer_id="mic")
    return end, plug_in, {("ok", "ok"), ("ok", "ended")}


def hand_over_or_end(scene: Scene) -> Duel:
    hand_over = verb(services.hand_over, scene, scene.host, target_id=scene.cohost.pk)
    return hand_over, verb(services.end_space, scene, scene.host), {("ok", "forbidden"), ("ended", "ok")}


def hand_over_or_remove(scene: Scene) -> Duel:
    hand_over = verb(services.hand_over, scene, scene.host, target_id=scene.cohost.pk)
    leave = verb(services.leave_space, scene, scene.cohost)
    return hand_over, leave, {("ok", "host_cannot_leave"), ("target_gone", "ok")}


def block_or_join(scene: Scene) -> Duel:
    block = partial(outcome, block_user, blocker=scene.host, blocked=scene.outsider)
    join = verb(services.join_space, scene, scene.outsider, connection="new")
    return block, join, {("ok", "ok"), ("ok", "blocked")}


def lock_or_join(scene: Scene) -> Duel:
    lock = verb(services.set_lock, scene, scene.host, locked=True)
    join = verb(services.join_space, scene, scene.outsider, connection="new")
    return lock, join, {("ok", "ok"), ("ok", "locked")}


def suspend_or_join(scene: Scene) -> Duel:
    suspended = User.objects.get(pk=scene.outsider.pk)  # the verb changes its user, which no socket would see
    suspend = partial(outcome, suspend_person, user=suspended, scope=SuspensionScope.ENTIRELY)
    join = verb(services.join_space, scene, scene.outsider, connection="new")
    return suspend, join, {("ok", "ok"), ("ok", "suspended")}


def hand_over_to_a_blocker_or_join(scene: Scene) -> Duel:
    block_user(blocker=scene.cohost, blocked=scene.outsider)
    hand_over = verb(services.hand_over, scene, scene.host, target_id=scene.cohost.pk)
    join = verb(services.join_space, scene, scene.outsider, connection="new")
    return hand_over, join, {("ok", "ok"), ("ok", "blocked")}


def lost_or_back(scene: Scene) -> Duel:
    """A listener is back by another connection in the moment in which they are counted as lost."""
    services.join_space(public_id=scene.id, user=scene.listener, connection="old")

    def lose() -> str:
        return str(services.mark_lost(public_id=scene.id, user_id=scene.listener.pk, connection="old"))

    back = verb(services.join_space, scene, scene.listener, connection="new")
    return lose, back, {("True", "ok"), ("False", "ok")}


def block_or_hand_over(scene: Scene) -> Duel:
    block = partial(outcome, block_user, blocker=scene.cohost, blocked=scene.listener)
    return block, verb(services.hand_over, scene, scene.host, target_id=scene.cohost.pk), {("ok", "ok")}


def last_cohost_place(scene: Scene) -> Duel:
    for user in (scene.speaker, scene.listener):
        scene.space.invitations.create(inviter=scene.host, invitee=user, to_cohost=True)
    one = verb(services.accept_cohost, scene, scene.speaker)
    return one, verb(services.accept_cohost, scene, scene.listener), {("ok", "cohosts_full"), ("cohosts_full", "ok")}


def back_or_over(scene: Scene) -> Duel:
    """The host is back in the moment in which the grace time ends."""
    lost_at = timezone.now() - timedelta(minutes=2)
    scene.lose_host(lost_at)

    def over() -> str:
        return str(services.succeed(public_id=scene.id, lost_at=lost_at, present=()))

    back = verb(services.join_space, scene, scene.host, connection="new")
    return back, over, {("ok", "None"), ("ended", "host_gone")}


def hand_over_or_stand_in(scene: Scene) -> Duel:
    """The host gives the Space away in the moment in which a co-host would take it."""
    lost_at = timezone.now() - timedelta(minutes=2)
    scene.lose_host(lost_at)

    def stand_in() -> str:
        return str(services.succeed(public_id=scene.id, lost_at=lost_at, present=(scene.cohost.pk,)))

    hand_over = verb(services.hand_over, scene, scene.host, target_id=scene.cohost.pk)
    return hand_over, stand_in, {("ok", "None")}


@pytest.mark.fault("E7")
@pytest.mark.parametrize("turn", range(ROUNDS))
@pytest.mark.parametrize(
    "race",
    [
        last_seat,
        bulk_for_last_seat,
        approve_or_cancel,
        remove_or_join,
        end_or_start_of_a_mic,
        hand_over_or_end,
        hand_over_or_remove,
        block_or_join,
        lock_or_join,
        suspend_or_join,
        hand_over_to_a_blocker_or_join,
        lost_or_back,
        block_or_hand_over,
        hand_over_or_stand_in,
        last_cohost_place,
        back_or_over,
    ],
)
def test_whoever_comes_first_the_end_is_lawful(at_once: AtOnce, race: Race, turn: int) -> None:
    scene = Scene()
    one, two, lawful = race(scene)
    works = (one, two) if turn % 2 else (two, one)
    verdicts = at_once(works)
    assert tuple(verdicts if turn % 2 else reversed(verdicts)) in lawful
    assert_lawful(scene.space)


@pytest.mark.fault("E9")
def test_of_two_starts_of_one_space_one_wins(at_once: AtOnce) -> None:
    scene = Scene(state=SpaceState.SCHEDULED)
    verdicts = at_once([partial(outcome, services.start_space, public_id=scene.id, user=scene.host)] * 6)
    assert sorted(verdicts) == ["already_live"] * 5 + ["ok"]
    assert_lawful(scene.space)


@pytest.mark.fault("E9")
def test_a_host_goes_live_in_one_of_many_spaces(at_once: AtOnce) -> None:
    ada = UserFactory.create(followers_count=600)
    scheduled = SpaceFactory.create_batch(4, creator=ada, state=SpaceState.SCHEDULED)
    starts = [partial(outcome, services.start_space, public_id=space.public_id, user=ada) for space in scheduled]
    creations = [partial(outcome, services.create_space, user=ada)] * 4
    assert sorted(at_once([*starts, *creations])) == ["already_hosting"] * 7 + ["ok"]
    assert Space.objects.filter(state=SpaceState.LIVE).count() == 1


@pytest.mark.fault("E6")
def test_one_person_in_many_tabs_at_once_is_one_participant(at_once: AtOnce) -> None:
    space = SpaceFactory.create()
    user = UserFactory.create()
    tabs = [
        partial(outcome, services.join_space, public_id=space.public_id, user=user, connection=f"tab{number}")
        for number in range(8)
    ]
    assert at_once(tabs) == ["ok"] * 8
    joined = space.log.filter(kind=LogKind.JOINED, actor=user).count()
    assert (space.participants.filter(user=user).count(), joined) == (1, 1)


def test_one_person_asking_many_times_at_once_waits_once(at_once: AtOnce) -> None:
    place = ParticipantFactory.create()
    ask: Work = partial(outcome, services.request_to_speak, public_id=place.space.public_id, user=place.user)
    assert sorted(at_once([ask] * 8)) == ["already_requested"] * 7 + ["ok"]


def test_events_are_numbered_without_gaps_whoever_acts(at_once: AtOnce) -> None:
    scene = Scene()
    mics: list[User] = [scene.host, scene.cohost, scene.speaker, *scene.add(Role.SPEAKER, 5)]
    scene.space.participants.with_mic().update(muted=False)
    assert at_once([partial(outcome, services.mute_self, public_id=scene.id, user=user) for user in mics]) == ["ok"] * 8
    scene.space.refresh_from_db()
    assert scene.space.event_seq == 8


def test_of_two_ends_of_a_weekly_space_one_makes_the_next(at_once: AtOnce) -> None:
    for _ in range(ROUNDS):
        host = UserFactory.create(followers_count=600)
        when = timezone.now() + timedelta(days=1)
        space = services.schedule_space(user=host, title="", when=when, repeats_weekly=True)
        services.start_space(public_id=space.public_id, user=host)
        end = partial(outcome, services.end_space, public_id=space.public_id, user=host)
        assert sorted(at_once([end] * 4)) == ["ended"] * 3 + ["ok"]
        assert Space.objects.filter(series=space.series).count() == 2


def test_a_weekly_space_is_started_or_canceled_and_never_has_two_after_it(at_once: AtOnce) -> None:
    for _ in range(ROUNDS):
        host = UserFactory.create(followers_count=600)
        when = timezone.now() + timedelta(days=1)
        space = services.schedule_space(user=host, title="", when=when, repeats_weekly=True)
        cancel = partial(outcome, services.cancel_space, public_id=space.public_id, user=host)
        missed = partial(outcome, services.cancel_space, public_id=space.public_id, user=None)
        start = partial(outcome, services.start_space, public_id=space.public_id, user=host)
        at_once([cancel, missed, start])
        space.refresh_from_db()
        expected = 1 if space.state == SpaceState.LIVE else 2
        assert Space.objects.filter(series=space.series).count() == expected
        outcome(services.end_space, public_id=space.public_id, user=host)
