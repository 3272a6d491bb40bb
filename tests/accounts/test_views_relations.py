"""The buttons between two people."""

import pytest
from django.test import Client

from accounts import selectors, services
from accounts.models import User

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
BOOSTED = {"HX-Request": "true", "HX-Boosted": "true"}


def test_follow_goes_back_to_where_the_button_was(as_ana: Client, ana: User, ben: User) -> None:
    response = as_ana.post("/ben/follow", headers={"Referer": "http://testserver/cleo/followers"})
    assert (response.status_code, response["Location"]) == (302, "http://testserver/cleo/followers")
    assert selectors.follows(ana.pk, ben.pk)


@pytest.mark.asvs("3.7.2")
def test_nobody_is_sent_to_a_foreign_page(as_ana: Client, ben: User) -> None:
    response = as_ana.post("/ben/follow", headers={"Referer": "https://evil.example/"})
    assert response["Location"] == "/ben"


def test_htmx_gets_the_new_button(as_ana: Client, ben: User) -> None:
    response = as_ana.post("/ben/follow", headers=HTMX)
    assert "accounts/_follow_button.html" in [template.name for template in response.templates]
    assert 'action="/ben/unfollow"' in response.text


def test_htmx_gets_the_new_count_beside_it(as_ana: Client, ben: User) -> None:
    response = as_ana.post("/ben/follow", headers=HTMX)
    assert f'id="followers-of-{ben.pk}"' in response.text
    assert "<strong>1</strong> follower<" in response.text


def test_a_boosted_form_gets_a_page(as_ana: Client, ben: User) -> None:
    assert as_ana.post("/ben/follow", headers=BOOSTED).status_code == 302


def test_unfollow(as_ana: Client, ana: User, ben: User) -> None:
    services.follow_user(follower=ana, followee=ben)
    as_ana.post("/ben/unfollow")
    assert not selectors.follows(ana.pk, ben.pk)


def test_block_and_unblock(as_ana: Client, ana: User, ben: User) -> None:
    as_ana.post("/ben/block")
    assert selectors.is_blocked(ana.pk, ben.pk)
    as_ana.post("/ben/unblock")
    assert not selectors.is_blocked(ana.pk, ben.pk)


def test_any_case_of_letters_names_the_person(as_ana: Client, ana: User, ben: User) -> None:
    as_ana.post("/BEN/follow")
    assert selectors.follows(ana.pk, ben.pk)


def test_following_who_blocked_you_is_refused_with_a_page(as_ana: Client, ana: User, ben: User) -> None:
    services.block_user(blocker=ben, blocked=ana)
    response = as_ana.post("/ben/follow")
    assert (response.status_code, "has blocked you" in response.text) == (403, True)


def test_htmx_keeps_the_button_when_it_is_refused(as_ana: Client, ana: User, ben: User) -> None:
    services.block_user(blocker=ben, blocked=ana)
    response = as_ana.post("/ben/follow", headers=HTMX)
    assert (response.status_code, response["HX-Reswap"]) == (403, "none")
    assert "has blocked you" in response.text


@pytest.mark.parametrize("verb", ["follow", "unfollow", "block", "unblock"])
def test_a_stranger_is_asked_to_log_in(client: Client, ben: User, verb: str) -> None:
    assert client.post(f"/ben/{verb}")["Location"] == f"/accounts/login/?next=/ben/{verb}"


@pytest.mark.parametrize("verb", ["follow", "unfollow", "block", "unblock"])
@pytest.mark.asvs("3.5.3")
def test_a_link_changes_nothing(as_ana: Client, ben: User, verb: str) -> None:
    assert as_ana.get(f"/ben/{verb}").status_code == 405


@pytest.mark.parametrize("verb", ["follow", "unfollow", "block", "unblock"])
@pytest.mark.asvs("3.5.1")
def test_a_foreign_form_changes_nothing(ana: User, ben: User, verb: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ana)
    assert client.post(f"/ben/{verb}").status_code == 403


@pytest.mark.parametrize("verb", ["follow", "unfollow", "block", "unblock"])
def test_nobody_of_that_name(as_ana: Client, verb: str) -> None:
    assert as_ana.post(f"/nobody/{verb}").status_code == 404
