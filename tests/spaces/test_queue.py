"""Deciding on many requests at once, and what a new policy does to those who wait."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Follow, User
from spaces import selectors, services
from spaces.events import Signal, wire
from spaces.models import Participant, SpeakRequest
from spaces.states import LogKind, RequestState, Role
from tests.spaces.fixtures import Told
from tests.spaces.scene import Scene, assert_lawful

pytestmark = [pytest.mark.django_db, pytest.mark.redis]

MANY = 10_000


def listening(scene: Scene, count: int) -> list[User]:
    people = User.objects.bulk_create(User(username=f"listener{n}", email=f"{n}@listeners.test") for n in range(count))
    Participant.objects.bulk_create(Participant(space=scene.space, user=user) for user in people)
    return people


def waiting(scene: Scene, count: int) -> list[User]:
    """Return listeners who asked to speak in this order."""
    people = listening(scene, count)
    SpeakRequest.objects.bulk_create(SpeakRequest(space=scene.space, user=user) for user in people)
    return people


def test_seats_go_to_those_who_asked_first(scene: Scene) -> None:
    people = waiting(scene, 12)
    assert services.approve_requests(public_id=scene.id, user=scene.cohost) == services.Decided(count=9, waiting=3)
    assert [scene.place(user).role for user in people] == [Role.SPEAKER] * 9 + [Role.LISTENER] * 3
    assert_lawful(scene.space)


def test_only_those_who_were_chosen_are_decided_on(scene: Scene) -> None:
    people = waiting(scene, 4)
    chosen = [people[1].pk, people[3].pk, scene.listener.pk]
    assert services.decline_requests(public_id=scene.id, user=scene.host, target_ids=chosen).count == 2
    assert [scene.is_waiting(user) for user in people] == [True, False, True, False]


def test_each_is_told_and_those_who_run_it_get_the_queue(told: Told, scene: Scene) -> None:
    people = waiting(scene, 3)
    news = told(services.decline_requests, public_id=scene.id, user=scene.host)
    reasons = [frame["reason"] for frame in news.frames() if frame["type"] == "you.changed"]
    assert (reasons, scene.log()) == (["declined"] * len(people), [LogKind.DECLINED] * len(people))
    assert news.only("queue.replaced")["queue"] == {"total": 0, "people": []}
    assert set(news.heard_by("queue.replaced") or ()) == {scene.host.pk, scene.cohost.pk}


def test_nobody_waiting_is_no_error(told: Told, scene: Scene) -> None:
    assert told(services.approve_requests, public_id=scene.id, user=scene.host) == []


def test_a_stricter_policy_declines_whom_it_refuses(scene: Scene) -> None:
    followed, invited, other = waiting(scene, 3)
    Follow.objects.create(follower=scene.host, followee=followed)
    scene.space.invitations.create(inviter=scene.host, invitee=invited, to_speak=True)
    services.set_policy(public_id=scene.id, user=scene.host, policy="followed")
    assert [scene.is_waiting(user) for user in (followed, invited, other)] == [True, True, False]
    services.set_policy(public_id=scene.id, user=scene.host, policy="invited")
    assert [scene.is_waiting(user) for user in (followed, invited, other)] == [False, True, False]


def test_those_behind_learn_that_they_moved_up(told: Told, scene: Scene) -> None:
    first, second, third = waiting(scene, 3)
    assert selectors.snapshot(public_id=scene.id, user_id=third.pk).you.queue_place == 3
    news = told(services.cancel_request, public_id=scene.id, user=first)
    [places] = [envelope for envelope in news if envelope.signal == Signal.PLACES]
    assert places.to == (second.pk, third.pk)
    assert places.frame is None, "the order tells who waits, which listeners may not know"
    assert news.only("you.changed")["you"].get("queue_place") is None


def test_a_new_request_moves_nobody_and_knows_its_place(told: Told, scene: Scene) -> None:
    waiting(scene, 2)
    news = told(services.request_to_speak, public_id=scene.id, user=scene.listener)
    assert news.only("you.changed")["you"]["queue_place"] == 3
    assert Signal.PLACES not in news.signals()


def test_a_place_that_is_not_kept_up_to_date_is_not_told(scene: Scene) -> None:
    last = waiting(scene, wire.QUEUE_PLACES + 1)[-1]
    assert selectors.snapshot(public_id=scene.id, user_id=last.pk).you.queue_place is None


def test_declining_a_thousand_costs_few_queries(scene: Scene) -> None:
    waiting(scene, 1000)
    with CaptureQueriesContext(connection) as queries:
        assert services.decline_requests(public_id=scene.id, user=scene.host).count == 1000
    assert len(queries) < 40
    assert not scene.space.requests.filter(state=RequestState.PENDING).exists()


def test_ten_thousand_listeners_are_read_and_searched_by_the_page(scene: Scene) -> None:
    people = listening(scene, MANY)
    User.objects.filter(pk=people[-1].pk).update(display_name="Needle in the hay")
    with CaptureQueriesContext(connection) as queries:
        page = selectors.people(public_id=scene.id, user=scene.host, role=Role.LISTENER)
    assert (len(page.people), page.counts["listener"], len(queries) < 8) == (50, MANY + 1, True)
    following = selectors.people(public_id=scene.id, user=scene.host, role=Role.LISTENER, cursor=page.next)
    assert not {person.id for person in page.people} & {person.id for person in following.people}
    found = selectors.people(public_id=scene.id, user=scene.host, query="needle")
    assert [person.id for person in found.people] == [str(people[-1].pk)]
