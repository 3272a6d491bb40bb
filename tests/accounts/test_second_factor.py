"""Authenticator apps, recovery codes and passkeys; tests/journeys/test_passkeys.py has the passkeys' ceremonies."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client

from accounts.models import User
from tests.accounts.conftest import PASSWORD
from tests.accounts.second_factor import SECRET, code_of, give_app, log_in, reauthenticate

pytestmark = [pytest.mark.django_db, pytest.mark.security("C4")]


@pytest.fixture
def ana(ana: User) -> User:
    ana.set_password(PASSWORD)
    ana.save()
    return ana


@pytest.fixture
def as_ana(client: Client, ana: User) -> Client:
    assert log_in(client, "ana")
    return client


def test_an_app_is_set_up_with_its_code(as_ana: Client, ana: User, django_capture_on_commit_callbacks: object) -> None:
    reauthenticate(as_ana)
    page = as_ana.get("/accounts/2fa/totp/activate/").text
    secret = re.search(r'id="authenticator_secret">([A-Z2-7]+)<', page)
    assert secret is not None
    shown = as_ana.post("/accounts/2fa/totp/activate/", {"code": code_of(secret[1])}, follow=True).text
    codes = re.findall(r"<li><code>(\d{8})</code></li>", shown)
    assert (len(codes), Authenticator.objects.filter(user=ana, type="totp").count()) == (10, 1)


def test_a_wrong_code_sets_nothing_up(as_ana: Client, ana: User) -> None:
    reauthenticate(as_ana)
    as_ana.get("/accounts/2fa/totp/activate/")
    as_ana.post("/accounts/2fa/totp/activate/", {"code": "000000"})
    assert not Authenticator.objects.exists()


@pytest.mark.asvs("7.5.1")
def test_setting_up_asks_for_the_password_first(as_ana: Client) -> None:
    assert as_ana.get("/accounts/2fa/totp/activate/")["Location"].startswith("/accounts/reauthenticate/")


def test_log_in_asks_for_the_code(client: Client, ana: User) -> None:
    give_app(ana)
    assert not log_in(client, "ana")
    client.post("/accounts/2fa/authenticate/", {"code": "123456"})
    assert "_auth_user_id" not in client.session
    client.post("/accounts/2fa/authenticate/", {"code": code_of(SECRET)})
    assert "_auth_user_id" in client.session


@pytest.mark.asvs("6.5.1")
def test_a_code_works_once(ana: User) -> None:
    give_app(ana)
    code, first, second = code_of(SECRET), Client(), Client()
    for client in (first, second):
        log_in(client, "ana")
        client.post("/accounts/2fa/authenticate/", {"code": code})
    assert ("_auth_user_id" in first.session, "_auth_user_id" in second.session) == (True, False)


@pytest.mark.asvs("6.5.1")
def test_a_recovery_code_works_once(ana: User) -> None:
    give_app(ana)
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    code, first, second = RecoveryCodes.activate(ana).get_unused_codes()[0], Client(), Client()
    for client in (first, second):
        log_in(client, "ana")
        client.post("/accounts/2fa/authenticate/", {"code": code})
    assert ("_auth_user_id" in first.session, "_auth_user_id" in second.session) == (True, False)


def test_codes_cannot_be_guessed(client: Client, ana: User) -> None:
    give_app(ana)
    log_in(client, "ana")
    for guess in range(6):
        client.post("/accounts/2fa/authenticate/", {"code": f"{guess:06}"})
    client.post("/accounts/2fa/authenticate/", {"code": code_of(SECRET)})
    assert "_auth_user_id" not in client.session


def test_recovery_codes_are_shown_once(as_ana: Client, ana: User) -> None:
    give_app(ana)
    reauthenticate(as_ana)
    made = as_ana.post("/accounts/2fa/recovery-codes/generate/", follow=True).text
    again = as_ana.get("/accounts/2fa/recovery-codes/").text
    assert (len(re.findall(r"<code>\d{8}</code>", made)), re.findall(r"<code>\d{8}</code>", again)) == (10, [])


@pytest.mark.asvs("13.3.1")
def test_the_key_is_sealed_in_the_database(ana: User) -> None:
    give_app(ana)
    data = str(Authenticator.objects.values_list("data", flat=True).get())
    assert ("sealed:" in data, SECRET in data) == (True, False)


@pytest.mark.parametrize("path", ["", "totp/activate/", "webauthn/", "webauthn/add/"])
def test_every_page_is_ours(as_ana: Client, path: str) -> None:
    reauthenticate(as_ana)
    answer = as_ana.get(f"/accounts/2fa/{path}")
    assert (answer.status_code, "base.html" in [template.name for template in answer.templates]) == (200, True)
    assert 'style="' not in answer.text


def test_the_owner_hears_of_it(as_ana: Client, ana: User) -> None:
    from allauth.account.models import EmailAddress

    EmailAddress.objects.create(user=ana, email=ana.email, verified=True, primary=True)
    reauthenticate(as_ana)
    give_app(ana)
    as_ana.post("/accounts/2fa/totp/deactivate/")
    assert mail.outbox[-1].subject == "An authenticator app was removed on Spaces"
    assert not Authenticator.objects.exists()


def test_the_settings_lead_there(as_ana: Client) -> None:
    page = as_ana.get("/settings/profile").text
    assert ('href="/accounts/2fa/"' in page, 'href="/settings/sessions"' in page) == (True, True)
