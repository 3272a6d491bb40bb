"""Profiles and lists of people."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts import services
from accounts.models import User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_everyone_may_read_a_profile(client: Client, ana: User) -> None:
    response = client.get("/Ana")
    assert (response.status_code, response.context["person"]) == (200, ana)


def test_a_visitor_is_sent_to_log_in_and_back(client: Client, ana: User) -> None:
    assert "/accounts/login/?next=/ana" in client.get("/ana").text


@pytest.mark.parametrize(
    "path", ["/nobody", "/nobody/followers", "/nobody/following", "/sixteen_letters_", "/b%C3%A9n", "/ben.html"]
)
def test_nobody_of_that_name(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_an_inactive_person_has_no_profile(client: Client) -> None:
    UserFactory.create(username="gone", is_active=False)
    assert client.get("/gone").status_code == 404


@pytest.mark.asvs("1.2.1")
def test_what_people_write_is_text(client: Client) -> None:
    UserFactory.create(username="eve", display_name="<script>alert(1)</script>", bio="<img src=x onerror=alert(1)>")
    page = client.get("/eve").text
    assert ("<script>alert" in page, "<img src=x" in page, "&lt;script&gt;alert" in page) == (False, False, True)


def test_names_that_run_right_to_left_stay_inside(client: Client) -> None:
    UserFactory.create(username="noa", display_name="נועה")
    assert "<bdi>נועה</bdi>" in client.get("/noa").text


@pytest.mark.parametrize(
    ("path", "button"), [("/ana", "Edit profile"), ("/ben", "Follow<"), ("/cleo", "Following<"), ("/dan", "Unblock<")]
)
def test_the_button_says_what_can_be_done(as_ana: Client, ana: User, ben: User, path: str, button: str) -> None:
    services.follow_user(follower=ana, followee=UserFactory.create(username="cleo"))
    services.block_user(blocker=ana, blocked=UserFactory.create(username="dan"))
    assert button in as_ana.get(path).text


def test_who_blocked_you_offers_no_follow(as_ana: Client, ana: User, ben: User) -> None:
    services.block_user(blocker=ben, blocked=ana)
    page = as_ana.get("/ben").text
    assert ("Has blocked you" in page, 'action="/ben/follow"' in page) == (True, False)


def test_the_list_of_followers_has_the_latest_first(client: Client, ana: User) -> None:
    fans = UserFactory.create_batch(3)
    for fan in fans:
        services.follow_user(follower=fan, followee=ana)
    rows = client.get("/ana/followers").context["page"].items
    assert [row.person for row in rows] == fans[::-1]


def test_the_list_of_whom_somebody_follows(client: Client, ana: User, ben: User) -> None:
    services.follow_user(follower=ana, followee=ben)
    assert [row.person for row in client.get("/ana/following").context["page"].items] == [ben]


def test_a_long_list_goes_on(client: Client, ana: User) -> None:
    for fan in UserFactory.create_batch(31):
        services.follow_user(follower=fan, followee=ana)
    cursor = client.get("/ana/followers").context["page"].next_cursor
    assert len(client.get(f"/ana/followers?after={cursor}").context["page"].items) == 1


def test_a_made_up_cursor_is_refused(client: Client, ana: User) -> None:
    assert client.get("/ana/followers?after=1;drop").status_code == 400


def test_a_longer_list_costs_no_more_queries(
    as_ana: Client, ben: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for fan in UserFactory.create_batch(12):
        services.follow_user(follower=fan, followee=ben)
    with django_assert_max_num_queries(12):
        as_ana.get("/ben/followers")
