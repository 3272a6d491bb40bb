"""Sign up, log in, log out, new password."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.messages import get_messages
from django.core import mail
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from pytest_django import Settings

from accounts import services
from accounts.models import User
from accounts.validators import RESERVED_USERNAMES, is_username
from spaces_project.common.errors import Refused
from tests.accounts.conftest import PASSWORD
from tests.factories import UserFactory
from tests.support.confirmed import confirmed
from tests.support.redis import RedisServer
from tests.test_settings import setting_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(ana: User) -> User:
    ana.set_password(PASSWORD)
    ana.save()
    return ana


def sign_up(client: Client, **fields: str) -> dict[str, list[str]]:
    """The errors by field; none where it worked."""
    data = {"username": "cleo", "email": "cleo@example.test", "password1": PASSWORD, **fields}
    response = client.post("/accounts/signup/", data)
    return {} if response.status_code == 302 else dict(response.context["form"].errors)


def log_in(client: Client, login: str, password: str = PASSWORD) -> bool:
    client.post("/accounts/login/", {"login": login, "password": password})
    return "_auth_user_id" in client.session


def test_a_new_person_is_logged_in(client: Client) -> None:
    assert sign_up(client, display_name="  Cleo \u202e Vale ") == {}
    cleo = User.objects.get(username="cleo")
    assert (cleo.display_name, client.session["_auth_user_id"]) == ("Cleo Vale", str(cleo.pk))


def test_a_name_is_optional(client: Client) -> None:
    sign_up(client)
    assert User.objects.get(username="cleo").name == "cleo"


@pytest.mark.parametrize(
    "username", ["", "with space", "dash-ed", "sixteen_letters_", "cléo", "cleo\n\x00x", "\u0430_cyrillic"]
)
def test_a_username_has_letters_digits_and_underscores(client: Client, username: str) -> None:
    assert "username" in sign_up(client, username=username)


@pytest.mark.parametrize("username", ["admin", "Settings", "i", "2", "API", "healthz", "accounts", "metrics"])
def test_a_username_never_hides_a_page(client: Client, username: str) -> None:
    assert sign_up(client, username=username)["username"] == ["This username is reserved."]


def first_words(patterns: list[Any], before: str = "") -> Iterator[str]:
    """Yield the first segment of the path of every page, where it is a fixed one."""
    for pattern in patterns:
        path = before + str(pattern.pattern).lstrip("^")
        if isinstance(pattern, URLResolver) and "/" not in path:
            yield from first_words(pattern.url_patterns, path)
        else:
            yield re.split(r"[/$\\]", path)[0]


def test_no_username_hides_a_page_of_ours() -> None:
    words = set(first_words(get_resolver().url_patterns))
    assert {"i", "accounts", "audience", "podcasts"} <= words
    assert {word for word in words if is_username(word)} <= RESERVED_USERNAMES


def test_a_username_is_taken_in_any_case_of_letters(client: Client, ana: User) -> None:
    assert sign_up(client, username="ANA")["username"] == ["That username is taken."]


@pytest.mark.asvs("6.2.4")
def test_a_common_password_is_refused(client: Client) -> None:
    assert "password1" in sign_up(client, password1="password123")


@pytest.mark.security("C20")
@pytest.mark.security("B18")
@pytest.mark.asvs("6.3.8")
@pytest.mark.parametrize("confirms", ["mandatory", "optional"])
def test_sign_up_does_not_tell_which_address_has_an_account(ana: User, settings: Settings, confirms: str) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = confirms
    EmailAddress.objects.create(user=ana, email=ana.email, verified=True, primary=True)
    form = {"password1": PASSWORD}
    fresh = Client().post("/accounts/signup/", form | {"username": "cleo", "email": "cleo@example.test"})
    taken = Client().post("/accounts/signup/", form | {"username": "dora", "email": ana.email.upper()})
    assert (taken.status_code, taken["Location"]) == (fresh.status_code, fresh["Location"])
    assert [len(mail.outbox), mail.outbox[-1].to[0].lower()] == [2, ana.email]


@pytest.mark.security("C20")
def test_the_owner_of_a_taken_address_hears_of_it(client: Client, ana: User, settings: Settings) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    EmailAddress.objects.create(user=ana, email=ana.email, verified=True, primary=True)
    sign_up(client, email=ana.email)
    assert (mail.outbox[0].subject, User.objects.count()) == ("You have an account on Spaces", 1)


@pytest.mark.security("B18")
def test_an_address_is_confirmed_before_the_first_log_in(client: Client, settings: Settings) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    sign_up(client)
    assert not log_in(Client(), "cleo")
    link = re.search(r"https?://[^/]+(/accounts/confirm-email/\S+)", str(mail.outbox[0].body))
    assert (link is not None, mail.outbox[0].subject) == (True, "Confirm your address for Spaces")
    assert link is not None
    client.post(link[1])
    assert log_in(Client(), "cleo")


@pytest.mark.security("C23")
def test_follows_count_once_the_address_is_confirmed(ana: User, ben: User, settings: Settings) -> None:
    settings.CONFIRM_ADDRESSES = True
    with pytest.raises(Refused) as refused:
        services.follow_user(follower=ana, followee=ben)
    assert refused.value.code == "address_unconfirmed"
    EmailAddress.objects.create(user=ana, email=ana.email, verified=True, primary=True)
    services.follow_user(follower=ana, followee=ben)


@pytest.mark.security("C23")
def test_off_localhost_addresses_are_confirmed() -> None:
    assert setting_with("CONFIRM_ADDRESSES", SPACES_ORIGIN="https://spaces.example") == "True"
    assert setting_with("CONFIRM_ADDRESSES", SPACES_ORIGIN="http://localhost:8000") == "False"


@pytest.mark.parametrize("login", ["ana", "ANA", "ana@example.test", "Ana@Example.test"])
def test_log_in_by_username_or_email(client: Client, ana: User, login: str) -> None:
    assert log_in(client, login)


@pytest.mark.parametrize(("login", "password"), [("ana", "wrong"), ("nobody", PASSWORD), ("", "")])
def test_log_in_is_refused_with_one_answer(client: Client, ana: User, login: str, password: str) -> None:
    assert not log_in(client, login, password)


@pytest.mark.fault("A4")
@pytest.mark.redis
def test_log_in_while_redis_is_away(client: Client, ana: User, redis_server: RedisServer) -> None:
    redis_server.kill9()
    try:
        assert log_in(client, "ana")
    finally:
        redis_server.start()


def test_an_inactive_person_cannot_log_in(client: Client, ana: User) -> None:
    User.objects.filter(pk=ana.pk).update(is_active=False)
    assert not log_in(client, "ana")


def test_guessing_a_password_is_slowed_down(client: Client, ana: User) -> None:
    for _ in range(6):
        log_in(client, "ana", "wrong")
    assert not log_in(client, "ana")


@pytest.mark.asvs("6.2.7")
def test_the_log_in_page_names_its_fields(client: Client) -> None:
    page = client.get("/accounts/login/").text
    assert re.findall(r"<label for=\"\w+\">([^<]+)</label>", page) == ["Username or email", "Password"]
    assert re.search(r"<button[^>]*>Log in</button>", page)


def test_the_sign_up_page_names_its_button(client: Client) -> None:
    assert re.search(r"<button[^>]*>Sign up</button>", client.get("/accounts/signup/").text)


@pytest.mark.asvs("7.4.4")
def test_a_link_does_not_log_out(as_ana: Client) -> None:
    as_ana.get("/accounts/logout/")
    assert "_auth_user_id" in as_ana.session


def test_log_out(as_ana: Client) -> None:
    as_ana.post("/accounts/logout/")
    assert "_auth_user_id" not in as_ana.session


def test_after_log_in_nobody_is_sent_to_a_foreign_page(client: Client, ana: User) -> None:
    response = client.post("/accounts/login/?next=//evil.example/", {"login": "ana", "password": PASSWORD})
    assert response["Location"] == reverse("home")


@pytest.mark.asvs("6.4.1")
def test_a_forgotten_password_is_replaced_by_mail(client: Client, ana: User, settings: Settings) -> None:
    client.post("/accounts/password/reset/", {"email": ana.email})
    link = re.search(r"http://localhost:8000(/accounts/password/reset/key/\S+)", str(mail.outbox[0].body))
    assert link is not None
    form_path = client.get(link[1])["Location"]
    client.post(form_path, {"password1": "a new one 77 x", "password2": "a new one 77 x"})
    assert log_in(Client(), "ana", "a new one 77 x")


def test_an_unknown_address_gets_the_same_answer(client: Client, ana: User) -> None:
    known = client.post("/accounts/password/reset/", {"email": ana.email})
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@example.test"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])


@pytest.mark.parametrize(
    "path",
    [
        "login/",
        "signup/",
        "password/reset/",
        "password/reset/done/",
        "password/reset/key/done/",
        "password/reset/key/1-bad/",
        "inactive/",
        "confirm-email/",
        "confirm-email/bad/",
    ],
)
def test_every_page_for_strangers_is_ours(client: Client, path: str) -> None:
    response = client.get(f"/accounts/{path}")
    assert (response.status_code, "base.html" in [template.name for template in response.templates]) == (200, True)
    assert 'style="' not in response.text


@pytest.mark.parametrize("path", ["logout/", "email/", "password/change/", "reauthenticate/"])
def test_every_page_for_people_is_ours(client: Client, ana: User, path: str) -> None:
    log_in(client, "ana")
    response = client.get(f"/accounts/{path}")
    assert (response.status_code, "base.html" in [template.name for template in response.templates]) == (200, True)


def test_an_address_is_changed_only_after_it_is_confirmed(client: Client, ana: User) -> None:
    EmailAddress.objects.create(user=ana, email=ana.email, verified=True, primary=True)
    log_in(client, "ana")
    confirmed(client)
    client.post("/accounts/email/", {"email": "new@example.test", "action_add": ""})
    assert "new@example.test" in client.get("/accounts/email/").text
    ana.refresh_from_db()
    assert ana.email == "ana@example.test"


def test_two_people_taking_one_username_at_once(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.adapter.AccountAdapter.clean_username", lambda self, name, shallow=False: name)
    UserFactory.create(username="cleo")
    response = client.post("/accounts/signup/", {"username": "Cleo", "email": "c@example.test", "password1": PASSWORD})
    assert (response.status_code, response["Location"]) == (302, "/accounts/signup/")


def test_logging_in_is_not_news(client: Client, ana: User) -> None:
    response = client.post("/accounts/login/", {"login": "ana", "password": PASSWORD})
    assert list(get_messages(response.wsgi_request)) == []


@pytest.mark.redis
@pytest.mark.fault("C10")
@pytest.mark.parametrize(("action", "path"), [("signup", "/accounts/signup/"), ("login", "/accounts/login/")])
def test_an_address_signs_up_and_logs_in_so_often(client: Client, settings: Settings, action: str, path: str) -> None:
    settings.ACCOUNT_RATE_LIMITS = {action: "1/m/ip"}
    assert client.post(path, {}, REMOTE_ADDR="192.0.2.1").status_code == 200
    answer = client.post(path, {}, REMOTE_ADDR="192.0.2.1")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
    assert "Try again in 60 seconds" in answer.content.decode()
    assert client.post(path, {}, REMOTE_ADDR="192.0.2.2").status_code == 200
