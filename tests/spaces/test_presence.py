"""Leases: a person with a lease is here."""

import time

import msgspec
import pytest
from django.conf import settings

from spaces import presence, selectors
from spaces.live import anonymous_limits
from spaces.states import Role
from spaces_project.common.store import store
from tests.spaces.scene import Scene

pytestmark = pytest.mark.redis

ID = "1presence"


def let_run_out(public_id: str, *user_ids: int) -> None:
    store().zadd(presence.key(public_id), dict.fromkeys(map(str, user_ids), time.time() - 1))


def test_whoever_enters_is_here() -> None:
    presence.enter(ID, 7)
    assert (presence.present(ID), presence.count(ID)) == ({7}, 1)


def test_a_lease_that_ran_out_counts_no_more_and_is_dropped() -> None:
    presence.renew({ID: [7, 8]})
    let_run_out(ID, 7)
    assert (presence.present(ID), presence.counts([ID, "1other"])) == ({8}, {ID: 1, "1other": 0})
    assert (presence.drop_ended(ID), presence.drop_ended(ID)) == (1, 0)


def test_a_lease_lasts_as_long_as_the_setting_says() -> None:
    presence.enter(ID, 7)
    left = store().zscore(presence.key(ID), 7) - store().time()[0]
    assert abs(left - settings.SPACES_PRESENCE_LEASE.total_seconds()) <= 1


def test_a_closed_socket_shortens_a_lease_and_never_lengthens_one() -> None:
    presence.enter(ID, 7)
    presence.start_closing(ID, 7)
    first = store().zscore(presence.key(ID), 7)
    presence.start_closing(ID, 7)
    assert store().zscore(presence.key(ID), 7) == first < store().time()[0] + settings.SPACES_PRESENCE_LEASE.seconds - 5


def test_a_closed_socket_brings_nobody_back() -> None:
    presence.start_closing(ID, 7)
    assert presence.present(ID) == set()


def test_a_live_tab_outlasts_a_closed_one() -> None:
    presence.enter(ID, 7)
    presence.start_closing(ID, 7)
    presence.renew({ID: [7]})
    assert store().zscore(presence.key(ID), 7) > store().time()[0] + presence.DISCONNECT_LEASE_SECONDS + 1


def test_a_lease_runs_from_when_somebody_was_last_heard() -> None:
    presence.renew_since({ID: {7: 10.0, 8: settings.SPACES_PRESENCE_LEASE.total_seconds()}})
    left = store().zscore(presence.key(ID), 7) - store().time()[0]
    assert abs(left - settings.SPACES_PRESENCE_LEASE.total_seconds() + 10) <= 1
    assert presence.present(ID) == {7}


def test_a_silent_tab_does_not_shorten_the_lease_of_another() -> None:
    presence.enter(ID, 7)
    before = store().zscore(presence.key(ID), 7)
    presence.renew_since({ID: {7: 20.0}})
    assert store().zscore(presence.key(ID), 7) == before


def test_a_space_that_is_left_by_all_leaves_nothing() -> None:
    presence.enter(ID, 7)
    assert 0 < store().ttl(presence.key(ID)) <= 3600
    presence.forget(ID, 7)
    assert store().exists(presence.key(ID)) == 0


def test_people_without_an_account_count_each_for_themselves() -> None:
    ids = [presence.nameless_id(connection) for connection in ("~one", "~two", "~one")]
    presence.renew({ID: [7, *ids]})
    assert (presence.count(ID), ids[0] == ids[2], max(ids) < 0) == (3, True, True)
    assert presence.listeners({ID: [7]}) == {ID: 2}


@pytest.mark.fault("A5")
def test_absence_is_believed_one_lease_after_redis_began() -> None:
    assert not presence.is_trustworthy()
    assert not presence.is_trustworthy()
    store().set("spaces:presence:epoch", time.time() - settings.SPACES_PRESENCE_LEASE.total_seconds() - 1)
    assert presence.is_trustworthy()


# --- Who listens ---


@pytest.mark.django_db
def test_the_audience_is_whoever_is_here_without_a_microphone() -> None:
    scene = Scene()
    presence.renew({scene.id: [scene.host.pk, scene.speaker.pk, scene.listener.pk]})
    audience = selectors.audience(scene.space)
    assert (audience.count, [person.id for person in audience.listeners]) == (1, [str(scene.listener.pk)])


@pytest.mark.django_db
def test_the_audience_shows_twelve_faces_of_many() -> None:
    scene = Scene()
    crowd = scene.add(Role.LISTENER, 20)
    presence.renew({scene.id: [user.pk for user in crowd]})
    audience = selectors.audience(scene.space)
    assert (audience.count, len(audience.listeners)) == (20, 12)


@pytest.mark.django_db
def test_nobody_listens_to_what_is_not_live() -> None:
    scene = Scene()
    presence.enter(scene.id, scene.listener.pk)
    scene.space.state = "ended"
    assert selectors.audience(scene.space).count == 0


@pytest.mark.django_db
def test_the_welcome_to_a_room_of_ten_thousand_is_bounded(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.add(Role.LISTENER, 60)
    presence.renew({scene.id: range(100_000, 110_000)})
    presence.renew({scene.id: [person.user_id for person in scene.space.participants.active()]})
    listening = presence.listeners({scene.id: [p.user_id for p in scene.space.participants.with_mic()]})[scene.id]
    monkeypatch.delattr(presence, "present")  # would read all of them
    welcome = selectors.snapshot(public_id=scene.id, user_id=scene.listener.pk)
    assert (welcome.audience.count, len(welcome.audience.listeners)) == (listening, 12)
    assert listening > 10_000
    assert len(msgspec.json.encode(welcome)) < 10_000


def test_an_audience_knows_the_stage_from_the_rest() -> None:
    presence.renew({ID: [7, 8, 9, -3]})
    let_run_out(ID, 9)
    assert presence.audience(ID, stage=[7, 11], faces=[8, 9, 10]) == (2, {8})


def test_an_audience_of_nobody() -> None:
    assert presence.audience(ID, stage=[], faces=[]) == (0, set())


# --- Doors: people without an account, by address ---


def test_an_address_gets_so_many_places_and_each_again_when_it_is_given_up() -> None:
    assert [anonymous_limits.admit("192.0.2.1", name, limit=2) for name in ("a", "b", "c")] == [True, True, False]
    anonymous_limits.let_go("192.0.2.1", "a")
    assert anonymous_limits.admit("192.0.2.1", "c", limit=2)
    assert anonymous_limits.admit("192.0.2.2", "d", limit=2)


def test_the_places_of_a_process_that_died_lapse_and_others_are_renewed() -> None:
    anonymous_limits.admit("192.0.2.1", "dead", limit=2)
    anonymous_limits.admit("192.0.2.1", "alive", limit=2)
    store().zadd("spaces:strangers:192.0.2.1", {"dead": 1, "alive": 1})
    anonymous_limits.renew({"192.0.2.1": {"alive"}})
    assert [anonymous_limits.admit("192.0.2.1", name, limit=2) for name in ("c", "d")] == [True, False]
