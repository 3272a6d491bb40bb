"""People in the admin."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts import services
from accounts.models import Block, Follow, User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def url(model: type[User | Follow | Block], page: str, *args: int) -> str:
    return reverse(f"admin:accounts_{model._meta.model_name}_{page}", args=args)


@pytest.mark.parametrize("model", [User, Follow, Block])
def test_every_list_can_be_searched(admin_client: Client, ana: User, ben: User, model: type[User]) -> None:
    services.follow_user(follower=ana, followee=ben)
    services.block_user(blocker=ben, blocked=UserFactory.create())
    assert admin_client.get(url(model, "changelist"), {"q": "ben"}).status_code == 200


def test_a_person_can_be_added(admin_client: Client) -> None:
    password = {"usable_password": "true", "password1": "a good one 88", "password2": "a good one 88"}
    admin_client.post(url(User, "add"), {"username": "cleo", "email": "", **password})
    assert User.objects.get(username="cleo").check_password("a good one 88")


def test_the_page_of_a_person(admin_client: Client, ana: User) -> None:
    page = admin_client.get(url(User, "change", ana.pk)).text
    assert ("Ana Lima" in page, 'name="followers_count"' in page) == (True, False)


def test_follows_are_not_typed_in(admin_client: Client) -> None:
    assert admin_client.get(url(Follow, "add")).status_code == 403


def test_removing_a_follow_keeps_the_counts_true(admin_client: Client, ana: User, ben: User) -> None:
    follow = services.follow_user(follower=ana, followee=ben)
    admin_client.post(url(Follow, "delete", follow.pk), {"post": "yes"})
    ben.refresh_from_db()
    assert (ben.followers_count, Follow.objects.count()) == (0, 0)


@pytest.mark.parametrize("action", ["delete_selected", "recount", "remove_images"])
def test_actions_on_people(admin_client: Client, ana: User, ben: User, action: str) -> None:
    services.follow_user(follower=ana, followee=ben)
    admin_client.post(url(User, "changelist"), {"action": action, "_selected_action": ana.pk, "post": "yes"})
    ben.refresh_from_db()
    assert ben.followers_count == (0 if action == "delete_selected" else 1)


def test_a_block_is_lifted(admin_client: Client, ana: User, ben: User) -> None:
    block = services.block_user(blocker=ana, blocked=ben)
    admin_client.post(url(Block, "delete", block.pk), {"post": "yes"})
    assert not Block.objects.exists()


def test_a_stranger_sees_nothing(as_ana: Client) -> None:
    assert as_ana.get(url(User, "changelist")).status_code == 302
