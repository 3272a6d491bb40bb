"""What time does to Spaces. Time travels by `now`; who is here is in a real Redis."""

from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from spaces import presence, services
from spaces.models import Participant, Space
from spaces.services import Expired
from spaces.states import EndReason, LogKind, Role, SpaceState
from spaces_project.common.store import store
from tests.factories import ParticipantFactory, SpaceFactory
from tests.spaces.fixtures import Told
from tests.spaces.scene import Scene, assert_lawful, outcome
from tests.support.redis import RedisServer

pytestmark = [pytest.mark.redis, pytest.mark.django_db]

SECOND = timedelta(seconds=1)
GRACE: timedelta = settings.SPACES_HOST_GRACE
SPEAKER_GRACE: timedelta = settings.SPACES_SPEAKER_GRACE


@pytest.fixture
def began(redis_server: RedisServer) -> datetime:
    """Everybody has been here for a while, and Redis remembers as long."""
    store().set("spaces:presence:epoch", 0)
    return timezone.now()


@pytest.fixture
def scene(db: None, began: datetime) -> Scene:
    """Everybody is here."""
    scene = Scene()
    Participant.objects.update(joined_at=began - timedelta(minutes=5))
    presence.renew({scene.id: [scene.host.pk, scene.cohost.pk, scene.speaker.pk, scene.listener.pk]})
    return scene


def lose(scene: Scene, *names: str) -> None:
    """Let the leases of these people expire."""
    for name in names:
        presence.forget(scene.id, getattr(scene, name).pk)


def test_nothing_happens_while_everybody_is_here(scene: Scene, began: datetime) -> None:
    services.expire(now=began)  # the first pass counts who came
    before = scene.dump()
    assert services.expire(now=began) == Expired()
    assert scene.dump() == before


def test_a_pass_counts_who_came(scene: Scene, began: datetime) -> None:
    services.expire(now=began)
    scene.space.refresh_from_db()
    assert scene.space.joins == scene.space.participants.exclude(user=scene.host).count()


def test_a_pass_takes_out_who_was_left_in_a_space_that_ended(began: datetime) -> None:
    scene = Scene(state=SpaceState.ENDED)
    services.expire(now=began)
    assert not scene.space.participants.active().exists()


# --- The host ---


@pytest.mark.fault("B1")
def test_a_host_away_for_five_seconds_loses_nothing(scene: Scene, began: datetime) -> None:
    presence.start_closing(scene.id, scene.host.pk)
    assert services.expire(now=began + 5 * SECOND) == Expired()


def test_a_lost_host_is_told_to_everyone_once(told: Told, scene: Scene, began: datetime) -> None:
    lose(scene, "host")
    news = told(services.expire, now=began)
    assert news.only("space.changed")["space"]["host_grace_seconds"] == GRACE.total_seconds()
    assert told(services.expire, now=began + SECOND) == []
    assert scene.log() == [LogKind.HOST_LOST]


@pytest.mark.fault("B3")
@pytest.mark.parametrize(("after", "state"), [(GRACE - SECOND, "live"), (GRACE, "ended"), (GRACE + SECOND, "ended")])
def test_the_host_has_the_grace_time_to_come_back(scene: Scene, began: datetime, after: timedelta, state: str) -> None:
    lose(scene, "host", "cohost")
    services.expire(now=began)
    services.expire(now=began + after)
    scene.space.refresh_from_db()
    assert (scene.space.state, scene.space.end_reason) == (state, EndReason.HOST_GONE if state == "ended" else "")
    assert_lawful(scene.space)


@pytest.mark.parametrize(
    ("after", "with_cohost", "state", "is_lost", "is_acting"),
    [
        (5, True, "live", False, False),
        (5, False, "live", False, False),
        (59, True, "live", True, False),
        (59, False, "live", True, False),
        (61, True, "live", True, True),
        (61, False, "ended", False, False),
        (300, True, "live", True, True),
        (300, False, "ended", False, False),
    ],
)
def test_the_clock_of_an_absence(
    scene: Scene, began: datetime, after: int, with_cohost: bool, state: str, is_lost: bool, is_acting: bool
) -> None:
    """Count from the last sign of life, whenever the beat came; ten seconds of the lease are left."""
    if not with_cohost:
        lose(scene, "cohost")
    store().zadd(presence.key(scene.id), {str(scene.host.pk): began.timestamp() - after + 10})
    store().set(f"spaces:closing:{scene.id}:{scene.host.pk}", began.timestamp() - after)
    services.expire(now=began)
    scene.space.refresh_from_db()
    assert (scene.space.state, scene.space.host_lost_at is not None) == (state, is_lost)
    assert scene.space.acting_host == (scene.cohost if is_acting else None)
    assert scene.place(scene.host).role == Role.HOST
    assert_lawful(scene.space)


def test_every_step_of_an_absence_is_in_the_log(scene: Scene, began: datetime) -> None:
    lose(scene, "host")
    services.expire(now=began)
    services.expire(now=began + GRACE)
    services.join_space(public_id=scene.id, user=scene.host, connection="new")
    assert scene.log() == [LogKind.HOST_LOST, LogKind.ACTING_HOST, LogKind.HOST_BACK]


def test_the_acting_host_and_everyone_is_told(told: Told, scene: Scene, began: datetime) -> None:
    lose(scene, "host")
    services.expire(now=began)
    news = told(services.expire, now=began + GRACE)
    assert news.only("space.changed")["space"]["acting_host"]["id"] == str(scene.cohost.pk)
    assert (news.only("you.changed")["you"]["role"], news.only("you.changed")["reason"]) == ("acting_host",) * 2


def test_a_host_who_returns_has_everything_back(told: Told, scene: Scene, began: datetime) -> None:
    lose(scene, "host")
    services.expire(now=began)
    services.expire(now=began + 5 * GRACE)
    news = told(services.join_space, public_id=scene.id, user=scene.host, connection="new")
    assert "acting_host" not in news.only("space.changed")["space"]
    assert (news.only("you.changed")["reason"], news.only("you.changed")["you"]["role"]) == ("host_back", "cohost")
    assert outcome(services.end_space, public_id=scene.id, user=scene.cohost) == "forbidden"


def test_an_acting_host_who_goes_is_followed_by_the_other_cohost(scene: Scene, began: datetime) -> None:
    [other] = scene.add(Role.COHOST)
    presence.enter(scene.id, other.pk)
    Participant.objects.filter(user=other).update(joined_at=began)
    lose(scene, "host")
    services.expire(now=began)
    services.expire(now=began + GRACE)
    services.leave_space(public_id=scene.id, user=scene.cohost)
    presence.forget(scene.id, scene.cohost.pk)
    services.expire(now=began + GRACE + SECOND)
    scene.space.refresh_from_db()
    assert scene.space.acting_host == other


def test_when_the_grace_time_ends_is_known(scene: Scene, began: datetime) -> None:
    lose(scene, "host")
    services.expire(now=began)
    assert services.expire(now=began + SECOND).next_grace_ends == began + GRACE
    assert services.expire(now=began + GRACE).next_grace_ends is None


def test_when_the_cohost_goes_too_it_ends(scene: Scene, began: datetime) -> None:
    lose(scene, "host")
    services.expire(now=began)
    lose(scene, "cohost")
    assert services.expire(now=began + 2 * GRACE).ended == 1


@pytest.mark.fault("B2")
def test_a_host_who_joins_again_is_back(told: Told, scene: Scene, began: datetime) -> None:
    lose(scene, "host", "cohost")
    services.expire(now=began)
    news = told(services.join_space, public_id=scene.id, user=scene.host, connection="new")
    assert "host_lost_at" not in news.only("space.changed")["space"]
    assert scene.log() == [LogKind.HOST_LOST, LogKind.HOST_BACK]
    assert services.expire(now=began + 2 * GRACE).ended == 0


def test_a_host_whose_socket_never_closed_is_back_without_joining(scene: Scene, began: datetime) -> None:
    lose(scene, "host")
    services.expire(now=began)
    presence.enter(scene.id, scene.host.pk)
    services.expire(now=began + GRACE)
    assert scene.log() == [LogKind.HOST_LOST, LogKind.HOST_BACK]


def test_a_second_absence_has_a_grace_time_of_its_own(scene: Scene, began: datetime) -> None:
    lose(scene, "host", "cohost")
    services.expire(now=began)
    services.join_space(public_id=scene.id, user=scene.host, connection="new")
    lose(scene, "host")
    services.expire(now=began + GRACE)
    assert services.expire(now=began + 2 * GRACE - SECOND).ended == 0
    assert services.expire(now=began + 2 * GRACE).ended == 1


def test_a_host_who_started_and_never_came_is_lost_after_a_lease(began: datetime) -> None:
    scene = Scene(state=SpaceState.SCHEDULED)
    Participant.objects.update(joined_at=began - timedelta(days=1))
    services.start_space(public_id=scene.id, user=scene.host)
    assert services.expire(now=timezone.now()).hosts_lost == 0
    assert services.expire(now=timezone.now() + settings.SPACES_PRESENCE_LEASE).hosts_lost == 1


# --- Everybody else ---


def test_a_listener_who_is_gone_is_swept(scene: Scene, began: datetime) -> None:
    lose(scene, "listener")
    assert services.expire(now=began).people_lost == 1
    assert not scene.place(scene.listener).is_active
    assert_lawful(scene.space)


def test_whoever_has_just_come_has_a_whole_lease_to_show_up(scene: Scene, began: datetime) -> None:
    newcomer = ParticipantFactory.create(space=scene.space, joined_at=began)
    assert services.expire(now=began + settings.SPACES_PRESENCE_LEASE - SECOND).people_lost == 0
    assert services.expire(now=began + settings.SPACES_PRESENCE_LEASE).people_lost == 1
    assert not scene.place(newcomer.user).is_active


@pytest.mark.parametrize("name", ["speaker", "cohost"])
@pytest.mark.parametrize(("after", "is_in"), [(SPEAKER_GRACE - SECOND, True), (SPEAKER_GRACE, False)])
def test_a_microphone_waits_for_its_grace_time(
    scene: Scene, began: datetime, name: str, after: timedelta, is_in: bool
) -> None:
    lose(scene, name)
    services.expire(now=began)
    services.expire(now=began + after)
    assert scene.place(getattr(scene, name)).is_active == is_in
    assert_lawful(scene.space)


def test_a_speaker_who_came_back_has_the_whole_grace_time_again(scene: Scene, began: datetime) -> None:
    lose(scene, "speaker")
    services.expire(now=began)
    presence.enter(scene.id, scene.speaker.pk)
    services.expire(now=began + SECOND)
    lose(scene, "speaker")
    services.expire(now=began + 2 * SECOND)
    assert services.expire(now=began + SPEAKER_GRACE).people_lost == 0


# --- Redis ---


@pytest.mark.fault("A5")
def test_a_redis_that_forgot_everything_loses_nobody(scene: Scene, began: datetime, redis_server: RedisServer) -> None:
    services.expire(now=began)
    before = scene.dump()
    redis_server.flush()
    assert services.expire(now=began) == services.expire(now=began + 2 * GRACE) == Expired()
    assert scene.dump() == before


@pytest.mark.fault("A5")
def test_one_lease_after_a_flush_absence_counts_again(scene: Scene, began: datetime, redis_server: RedisServer) -> None:
    redis_server.flush()
    services.expire(now=began)
    seconds = settings.SPACES_PRESENCE_LEASE.total_seconds()
    store().set("spaces:presence:epoch", store().time()[0] - seconds - 2)
    presence.renew({scene.id: [scene.host.pk, scene.cohost.pk, scene.speaker.pk]})
    assert services.expire(now=began) == Expired(people_lost=1)


# --- Age ---


@pytest.mark.parametrize(
    ("age", "ended"), [(settings.SPACES_MAX_DURATION - SECOND, 0), (settings.SPACES_MAX_DURATION, 1)]
)
def test_no_space_is_longer_than_allowed(scene: Scene, age: timedelta, ended: int) -> None:
    assert scene.space.started_at is not None
    assert services.expire(now=scene.space.started_at + age).ended == ended


@pytest.mark.parametrize(
    ("late", "canceled"), [(settings.SPACES_START_GRACE, 0), (settings.SPACES_START_GRACE + SECOND, 1)]
)
def test_what_nobody_starts_is_canceled(began: datetime, late: timedelta, canceled: int) -> None:
    space = SpaceFactory.create(state=SpaceState.SCHEDULED, scheduled_start=began)
    assert services.expire(now=began + late).canceled == canceled
    space.refresh_from_db()
    assert space.end_reason == (EndReason.NEVER_STARTED if canceled else "")


def test_a_space_without_a_time_waits_for_ever(began: datetime) -> None:
    SpaceFactory.create(state=SpaceState.SCHEDULED)
    assert services.expire(now=began + timedelta(days=300)) == Expired()


@pytest.mark.parametrize("state", [SpaceState.ENDED, SpaceState.CANCELED])
def test_what_is_over_is_left_alone(began: datetime, state: SpaceState) -> None:
    scene = Scene(state=state)
    scene.space.participants.active().update(left_at=began)
    before = scene.dump()
    assert services.expire(now=began + timedelta(days=300)) == Expired()
    assert scene.dump() == before


@pytest.mark.fault("A14")
def test_two_passes_do_what_one_does(scene: Scene, began: datetime) -> None:
    lose(scene, "host", "cohost", "listener")
    services.expire(now=began)
    services.expire(now=began + GRACE)
    before = scene.dump()
    assert services.expire(now=began + GRACE) == Expired()
    assert scene.dump() == before


def test_one_pass_settles_every_space(began: datetime) -> None:
    scenes = [Scene() for _ in range(3)]
    Space.objects.update(started_at=began - timedelta(days=9))
    assert services.expire(now=began).ended == 3
    assert [outcome(services.end_space, public_id=scene.id, user=scene.host) for scene in scenes] == ["ended"] * 3
