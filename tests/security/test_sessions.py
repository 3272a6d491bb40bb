"""Cookies, sessions and passwords, as OWASP ASVS 5.0 wants them where no other test says so."""

import os
import subprocess
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from tests.factories import UserFactory
from tests.support.processes import PYTHON, REPOSITORY

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse 9 battery"
ANOTHER = "another horse 7 battery"

_PRINT = """
from django.conf import settings as s
print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT)
"""


@pytest.fixture
def client() -> Client:
    user = UserFactory.create(username="ana")
    user.set_password(PASSWORD)
    user.save()
    return Client()


def log_in(client: Client, password: str = PASSWORD) -> bool:
    client.post("/accounts/login/", {"login": "ana", "password": password})
    return "_auth_user_id" in client.session


@pytest.mark.asvs("3.3.1", "3.3.3", "12.2.1")
def test_a_site_on_https_has_cookies_of_its_host_alone() -> None:
    done = subprocess.run(
        [PYTHON, "-c", f"import django; django.setup(){_PRINT}"],
        cwd=REPOSITORY,
        env={**os.environ, "SPACES_ORIGIN": "https://spaces.example"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    session, csrf, *are_set = done.stdout.split()
    assert session.startswith("__Host-")
    assert csrf.startswith("__Host-")
    assert are_set == ["True"] * 3


@pytest.mark.asvs("3.3.2", "3.3.4")
def test_the_session_cookie_is_for_the_server_and_this_site(client: Client) -> None:
    assert log_in(client)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"


@pytest.mark.parametrize("path", ["/accounts/login/", "/no-such-page", "/healthz", "/api/v1/spaces"])
@pytest.mark.asvs("3.4.4", "3.4.5")
def test_no_answer_is_sniffed_or_tells_where_one_was(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"


@pytest.mark.asvs("6.2.1")
def test_a_short_password_is_refused() -> None:
    with pytest.raises(ValidationError):
        validate_password("h4x9q2z")
    validate_password(PASSWORD)


@pytest.mark.asvs("6.2.2", "6.2.3")
def test_a_password_is_changed_with_the_old_one(client: Client) -> None:
    log_in(client)
    wanted = {"password1": ANOTHER, "password2": ANOTHER}
    client.post("/accounts/password/change/", {"oldpassword": "wrong horse 9 battery", **wanted})
    assert not log_in(Client(), ANOTHER)
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, **wanted})
    assert log_in(Client(), ANOTHER)


@pytest.mark.asvs("7.2.4")
def test_a_log_in_has_a_session_of_its_own(client: Client) -> None:
    before = client.session
    before["planted"] = True
    before.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = before.session_key or ""
    assert log_in(client)
    assert client.session.session_key != before.session_key


@pytest.mark.asvs("7.3.1")
def test_a_session_ends_without_use(client: Client) -> None:
    log_in(client)
    left = client.session.get_expiry_date() - timezone.now()
    assert timedelta() < left <= timedelta(days=14)
