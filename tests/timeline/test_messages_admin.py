"""What moderators see of messages, notifications, Fleets, invitations and reminders."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from spaces.models import Invitation, Reminder
from tests.factories import SpaceFactory, UserFactory
from timeline.models import Fleet, Message, NotificationKind
from timeline.services import notify, post_fleet, send_message

pytestmark = [pytest.mark.django_db, pytest.mark.redis]

LISTS = [
    "timeline/message",
    "timeline/notification",
    "timeline/fleet",
    "spaces/invitation",
    "spaces/reminder",
]


@pytest.fixture
def ada() -> User:
    return UserFactory.create(username="ada")


@pytest.fixture
def as_moderator(client: Client) -> Client:
    client.force_login(UserFactory.create(is_staff=True, is_superuser=True))
    return client


def something_of_each(ada: User) -> None:
    someone = UserFactory.create()
    space = SpaceFactory.create()
    send_message(sender=someone, to=ada, text="Between us", space=space)
    notify(user=ada, kind=NotificationKind.INVITED, actor=someone, space=space)
    post_fleet(author=someone, text="Good morning")
    Invitation.objects.create(space=space, inviter=space.creator, invitee=someone)
    Reminder.objects.create(space=space, user=someone)


@pytest.mark.parametrize("path", LISTS)
def test_lists_cost_the_same_however_long(
    as_moderator: Client, ada: User, path: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(6):
        something_of_each(ada)
    with django_assert_max_num_queries(8):
        assert as_moderator.get(f"/admin/{path}/").status_code == 200


@pytest.mark.parametrize("path", LISTS)
def test_lists_are_searched(as_moderator: Client, ada: User, path: str) -> None:
    something_of_each(ada)
    assert as_moderator.get(f"/admin/{path}/", {"q": "ada"}).status_code == 200


def test_words_between_two_people_are_not_shown(as_moderator: Client, ada: User) -> None:
    something_of_each(ada)
    shown = as_moderator.get(f"/admin/timeline/message/{Message.objects.get().pk}/change/")
    assert (shown.status_code, "Between us" in shown.text) == (200, False)
    assert "Between us" not in as_moderator.get("/admin/timeline/message/").text


def test_nothing_is_written_here(as_moderator: Client) -> None:
    assert {as_moderator.get(f"/admin/{path}/add/").status_code for path in LISTS} == {403}


def test_a_fleet_is_removed(as_moderator: Client, ada: User) -> None:
    fleet = post_fleet(author=ada, text="Good morning")
    as_moderator.post("/admin/timeline/fleet/", {"action": "remove_fleets", "_selected_action": [fleet.pk]})
    assert not Fleet.objects.exists()


def test_who_may_only_look_removes_nothing(client: Client, ada: User) -> None:
    fleet = post_fleet(author=ada, text="Good morning")
    client.force_login(UserFactory.create(is_staff=True))
    client.post("/admin/timeline/fleet/", {"action": "remove_fleets", "_selected_action": [fleet.pk]})
    assert Fleet.objects.exists()
