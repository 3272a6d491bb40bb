"""Asking people into a Space by a direct message."""

import json

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from accounts.services import block_user, follow_user
from spaces.models import Invitation, Space
from spaces_project.common.errors import BadInput, NotFound
from tests.factories import ParticipantFactory, SpaceFactory, UserFactory
from timeline.models import Message
from timeline.selectors.invitations import invitable_people
from timeline.services import invite_by_message, send_message
from timeline.services.invitations import PEOPLE_AT_ONCE

pytestmark = [pytest.mark.django_db, pytest.mark.redis]

JSON = {"accept": "application/json"}


@pytest.fixture
def host() -> User:
    return UserFactory.create(username="ada", display_name="Ada Lovelace", followers_count=600)


@pytest.fixture
def space(host: User) -> Space:
    return SpaceFactory.create(creator=host, title="Open audio hour")


@pytest.fixture
def guest() -> User:
    """Does not follow the host."""
    return UserFactory.create(username="guest")


@pytest.fixture
def as_host(client: Client, host: User) -> Client:
    client.force_login(host)
    return client


def codes(user: User, space: Space, *people: User, to_speak: bool = False) -> list[str | None]:
    ids = [person.pk for person in people]
    results = invite_by_message(user=user, public_id=space.public_id, invitee_ids=ids, to_speak=to_speak)
    return [result.error.code if result.error else None for result in results]


def names(user: User, query: str) -> list[str]:
    return [person.username for person in invitable_people(user=user, query=query)]


# --- Inviting ---------------------------------------------------------------------------------------------------------


def test_who_does_not_follow_gets_an_invitation_and_a_card(host: User, space: Space, guest: User) -> None:
    assert codes(host, space, guest) == [None]
    assert (Invitation.objects.get().invitee, Message.objects.get().space) == (guest, space)


def test_words_go_along(host: User, space: Space, guest: User) -> None:
    invite_by_message(user=host, public_id=space.public_id, invitee_ids=[guest.pk], text="Come and sing")
    assert Message.objects.get().text == "Come and sing"


def test_one_refusal_holds_up_nobody_else(host: User, space: Space, guest: User) -> None:
    enemy = UserFactory.create()
    block_user(blocker=enemy, blocked=host)
    assert codes(host, space, enemy, guest) == ["blocked", None]
    assert [message.thread.sides.get(user=guest).unread for message in Message.objects.all()] == [1]


def test_a_refused_person_gets_no_message(host: User, space: Space, guest: User) -> None:
    ParticipantFactory.create(space=space, user=guest, left_at=space.created_at, removed_at=space.created_at)
    assert codes(host, space, guest) == ["removed_person"]
    assert not Message.objects.exists()


def test_asked_again_one_gets_no_second_card(host: User, space: Space, guest: User) -> None:
    codes(host, space, guest)
    assert codes(host, space, guest, to_speak=True) == [None]
    assert (Message.objects.count(), Invitation.objects.get().to_speak) == (1, True)


def test_nobody_invites_to_speak_without_running_the_space(space: Space, guest: User) -> None:
    listener = ParticipantFactory.create(space=space).user
    assert codes(listener, space, guest, to_speak=True) == ["forbidden"]
    assert not Invitation.objects.exists()


def test_nobody_there(host: User, space: Space) -> None:
    results = invite_by_message(user=host, public_id=space.public_id, invitee_ids=[999_999])
    assert [result.error and result.error.code for result in results] == ["not_found"]


def test_no_such_space(host: User, guest: User) -> None:
    with pytest.raises(NotFound):
        invite_by_message(user=host, public_id="1AAAAAAAAAAAA", invitee_ids=[guest.pk])


def test_too_many_at_once(host: User, space: Space) -> None:
    with pytest.raises(BadInput):
        invite_by_message(user=host, public_id=space.public_id, invitee_ids=range(1, PEOPLE_AT_ONCE + 2))


# --- Finding people ---------------------------------------------------------------------------------------------------


def test_people_are_found_whether_they_follow_or_not(host: User, guest: User) -> None:
    assert names(host, "gue") == ["guest"]


def test_nobody_finds_themselves(host: User) -> None:
    assert names(host, "ada") == []


@pytest.mark.parametrize("searcher_blocks", [True, False])
def test_blocked_people_are_not_found(host: User, guest: User, searcher_blocks: bool) -> None:
    blocker, blocked = (host, guest) if searcher_blocks else (guest, host)
    block_user(blocker=blocker, blocked=blocked)
    assert names(host, "guest") == []


def test_without_words_followers_are_offered(host: User, guest: User) -> None:
    follow_user(follower=guest, followee=host)
    assert names(host, " ") == ["guest"]


def test_at_most_twenty(host: User) -> None:
    UserFactory.create_batch(25, display_name="Somebody")
    assert len(names(host, "Somebody")) == 20


def test_searching_costs_the_same_whoever_is_found(
    as_host: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    UserFactory.create_batch(20, display_name="Somebody")
    with django_assert_max_num_queries(8):
        people = as_host.get("/i/people", {"q": "Some"}).json()["people"]
    assert (len(people), sorted(people[0])) == (20, ["id", "name", "username"])


# --- Doors ------------------------------------------------------------------------------------------------------------


def test_inviting_by_json(as_host: Client, space: Space, guest: User) -> None:
    body = {"user_ids": [str(guest.pk), "999999"], "to_speak": True}
    response = as_host.post(
        f"/i/spaces/{space.public_id}/invitations", json.dumps(body), content_type="application/json", headers=JSON
    )
    first, second = response.json()["results"]
    assert (first, second["error"]["code"]) == ({"id": str(guest.pk), "error": None}, "not_found")
    assert Invitation.objects.get().to_speak


def test_inviting_by_a_form(as_host: Client, space: Space, guest: User) -> None:
    response = as_host.post(f"/i/spaces/{space.public_id}/invitations", {"user_ids": [guest.pk]}, headers=JSON)
    assert response.json() == {"results": [{"id": str(guest.pk), "error": None}]}


@pytest.mark.parametrize("body", ["[]", "{}", '{"user_ids": [1]}', '{"user_ids": ["x"]}', '{"user_ids": [], "as": 1}'])
def test_bodies_of_other_shapes_are_refused(as_host: Client, space: Space, body: str) -> None:
    response = as_host.post(
        f"/i/spaces/{space.public_id}/invitations", body, content_type="application/json", headers=JSON
    )
    assert (response.status_code, response.json()["error"]["code"]) == (400, "bad_request")


def test_the_thread_shows_a_card_that_leads_in(client: Client, host: User, space: Space, guest: User) -> None:
    codes(host, space, guest)
    client.force_login(guest)
    page = client.get("/messages/ada").text
    assert ("Open audio hour" in page, "You are invited" in page, f'data-join="{space.public_id}"' in page) == (
        True,
    ) * 3


def test_a_card_whose_space_is_gone_says_so(client: Client, host: User, space: Space, guest: User) -> None:
    send_message(sender=host, to=guest, text="", space=space)
    space.delete()
    client.force_login(guest)
    assert "An invitation to a deleted Space." in client.get("/messages/ada").text


@pytest.mark.parametrize("path", ["/i/people", "/i/spaces/1AAAAAAAAAAAA/invitations"])
def test_inviting_wants_a_person(client: Client, path: str) -> None:
    assert client.get(path).status_code in (302, 405)
