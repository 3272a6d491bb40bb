"""The choice of a language: a visitor's page stays one for all, a user's form has a CSRF token."""

import pytest
from django.test import Client

from accounts.models import User

pytestmark = [pytest.mark.redis, pytest.mark.django_db]


@pytest.fixture
def strict() -> Client:
    return Client(enforce_csrf_checks=True)


def test_a_visitor_chooses_without_a_token(strict: Client) -> None:
    answer = strict.post("/i/language", {"language": "de", "next": "/i/spaces"})
    assert (answer.status_code, answer["Location"]) == (302, "/i/spaces")
    assert strict.cookies["language"].value == "de"


def test_a_user_needs_the_token_of_a_page(strict: Client, ana: User) -> None:
    strict.force_login(ana)
    assert strict.post("/i/language", {"language": "de"}).status_code == 403
    ana.refresh_from_db()
    assert ana.language == ""


@pytest.mark.parametrize(
    "back", ["https://elsewhere.example/", "//elsewhere.example/", "home", "1234567890", "", "javascript:x"]
)
def test_it_leads_to_addresses_of_the_site_alone(strict: Client, back: str) -> None:
    assert strict.post("/i/language", {"language": "de", "next": back})["Location"] == "/"
