"""What a host learns after the end of a Space."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import Follow, User
from accounts.services import follow_user
from spaces import services
from spaces.models import LogEntry, Space
from spaces.selectors.statistics import Point, Statistics, statistics
from spaces.states import LogKind, SpaceState
from spaces_project.common.errors import ProductError
from tests.factories import ParticipantFactory, SpaceFactory, UserFactory
from tests.spaces.scene import Scene

pytestmark = [pytest.mark.django_db, pytest.mark.redis]

SECOND, MINUTE = 1_000, 60_000


@pytest.fixture
def space() -> Space:
    """A Space that lasted ten minutes."""
    space = SpaceFactory.create(state=SpaceState.LIVE)
    space.state, space.end_reason = SpaceState.ENDED, "host_ended"
    assert space.started_at is not None
    space.ended_at = space.started_at + timedelta(minutes=10)
    space.save()
    return space


def log(space: Space, kind: LogKind, at: int, *, actor: User | None = None, target: User | None = None) -> None:
    LogEntry.objects.create(space=space, kind=kind, actor=actor, target=target, clock_ms=at)


def figures(space: Space) -> Statistics:
    return statistics(public_id=space.public_id, user=space.host)


def test_everyone_is_counted_once_and_the_host_is_not(space: Space) -> None:
    ana, ben = UserFactory.create_batch(2)
    log(space, LogKind.JOINED, 0, actor=space.host)
    for start in (0, 2 * MINUTE):
        log(space, LogKind.JOINED, start, actor=ana)
        log(space, LogKind.LEFT, start + MINUTE, actor=ana)
    log(space, LogKind.JOINED, 5 * MINUTE, actor=ben)
    found = figures(space)
    assert (found.people, found.peak) == (2, 1)
    assert found.median_stay == timedelta(minutes=3, seconds=30)  # two minutes and five
    assert [people for _, people in found.stays] == [0, 1, 1, 0, 0]


@pytest.mark.parametrize("kind", [LogKind.LOST, LogKind.REMOVED])
def test_who_was_lost_or_removed_is_gone(space: Space, kind: LogKind) -> None:
    ana = UserFactory.create()
    log(space, LogKind.JOINED, 0, actor=ana)
    log(space, kind, 30 * SECOND, actor=space.host, target=ana)
    assert figures(space).median_stay == timedelta(seconds=30)


def test_the_plot_keeps_its_level_between_moves(space: Space) -> None:
    ana, ben = UserFactory.create_batch(2)
    log(space, LogKind.JOINED, 90 * SECOND, actor=ana)
    log(space, LogKind.JOINED, 3 * MINUTE, actor=ben)
    log(space, LogKind.LEFT, 3 * MINUTE + SECOND, actor=ben)
    found = figures(space)
    assert [point.people for point in found.points] == [0, 1, 1, 2, 1, 1, 1, 1, 1, 1]
    assert found.points[3] == Point(minute=3, people=2, reactions=0)
    assert found.peak == 2


def test_a_long_space_has_no_more_points_than_the_plot(space: Space) -> None:
    assert space.started_at is not None
    Space.objects.filter(pk=space.pk).update(ended_at=space.started_at + timedelta(hours=24))
    found = figures(space)
    assert (len(found.points), found.points[1].minute) == (120, 12)


def test_new_followers_are_those_of_its_time(space: Space) -> None:
    assert space.started_at is not None
    for minutes in (-5, 5, 30, 90):
        follow_user(follower=(fan := UserFactory.create()), followee=space.host)
        at = space.started_at + timedelta(minutes=minutes)
        Follow.objects.filter(follower=fan).update(created_at=at)
    assert figures(space).new_followers == 2


def test_what_the_services_log_is_what_is_counted(scene: Scene) -> None:
    services.join_space(public_id=scene.id, user=scene.outsider, connection="c")
    services.end_space(public_id=scene.id, user=scene.host)
    assert figures(scene.space).people == 1


def test_a_space_without_people_has_figures(space: Space) -> None:
    found = figures(space)
    assert (found.people, found.peak, found.median_stay, len(found.points)) == (0, 0, timedelta(0), 10)


def test_only_the_host_sees_them(client: Client, space: Space) -> None:
    listener = ParticipantFactory.create(space=space).user
    for user, status in ((listener, 403), (UserFactory.create(), 403), (space.host, 200)):
        client.force_login(user)
        for ending in ("", ".csv"):
            assert client.get(f"{space.get_absolute_url()}/statistics{ending}").status_code == status
        assert ("/statistics" in client.get(space.get_absolute_url()).text) == (status == 200)


def test_there_are_none_while_it_is_live(scene: Scene) -> None:
    with pytest.raises(ProductError) as error:
        figures(scene.space)
    assert error.value.code == "not_ended"


def test_the_page_and_the_file(client: Client, space: Space) -> None:
    log(space, LogKind.JOINED, 0, actor=UserFactory.create())
    client.force_login(space.host)
    page = client.get(f"{space.get_absolute_url()}/statistics").text
    assert "<polyline points=" in page and "1 at most" in page
    rows = client.get(f"{space.get_absolute_url()}/statistics.csv").text.split("\r\n")
    assert rows[:2] == ["minute,people,reactions", "0,1,0"] and len(rows) == 12
