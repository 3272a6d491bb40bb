"""A session alone does not become the account: what hands it over asks for the password, and the owner is told."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from oauth2_provider.models import AccessToken, Application
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts import services
from accounts.models import User, Webhook
from tests.accounts.conftest import PASSWORD
from tests.accounts.second_factor import log_in, reauthenticate

pytestmark = [pytest.mark.django_db, pytest.mark.security("C28")]

TOKEN = {"name": "My bot", "days": "30", "scopes": ["space.read"]}
APP = {"name": "Reader", "kind": "confidential", "redirect_uris": "https://reader.example/back"}
ASKING = {
    "address": ("/accounts/email/", {"email": "thief@example.test", "action_add": ""}),
    "token": ("/settings/apps/tokens", TOKEN),
    "app": ("/settings/apps/registered", APP),
    "second factor": ("/accounts/2fa/totp/activate/", {"code": "123456"}),
    "other sessions": ("/settings/sessions/others/end", {}),
}


@pytest.fixture
def ana(ana: User) -> User:
    ana.set_password(PASSWORD)
    ana.save()
    EmailAddress.objects.create(user=ana, email=ana.email, verified=True, primary=True)
    return ana


@pytest.fixture
def as_ana(client: Client, ana: User) -> Client:
    assert log_in(client, "ana")
    return client


@pytest.mark.asvs("7.5.1")
@pytest.mark.parametrize(("path", "form"), ASKING.values(), ids=ASKING)
def test_a_session_alone_is_asked_for_the_password(as_ana: Client, path: str, form: dict[str, str]) -> None:
    answer = as_ana.post(path, form)
    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/accounts/reauthenticate/")
    assert (AccessToken.objects.count(), Application.objects.count(), EmailAddress.objects.count()) == (0, 0, 1)


def test_what_was_sent_is_done_once_the_password_is_given(as_ana: Client) -> None:
    asked = as_ana.post("/settings/apps/tokens", TOKEN)
    answer = as_ana.post(asked["Location"], {"password": PASSWORD, "next": "/settings/apps/tokens"})
    assert services.PREFIX in answer.text


def test_a_wrong_password_confirms_nothing(as_ana: Client) -> None:
    as_ana.post("/accounts/reauthenticate/", {"password": "wrong"})
    assert as_ana.post("/settings/apps/tokens", TOKEN).status_code == 302
    assert not AccessToken.objects.exists()


def test_a_page_makes_no_webhook_without_it(as_ana: Client) -> None:
    body = {"url": "https://example.com/hook", "events": ["space.started"]}
    answer = as_ana.post("/api/v1/webhooks", body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "reauthenticate")
    assert not Webhook.objects.exists()


def test_the_password_asks_for_the_old_one(as_ana: Client, ana: User) -> None:
    new = {"oldpassword": "wrong", "password1": "a new one 77 x", "password2": "a new one 77 x"}
    as_ana.post("/accounts/password/change/", new)
    ana.refresh_from_db()
    assert ana.check_password(PASSWORD)


@pytest.mark.asvs("6.3.7")
@pytest.mark.parametrize(
    ("path", "form", "subject"),
    [
        (*ASKING["address"], "Your address for Spaces is about to change"),
        (*ASKING["token"], "A new token for Spaces"),
        (*ASKING["app"], "A new app on Spaces"),
        (
            "/accounts/password/change/",
            {"oldpassword": PASSWORD, "password1": "a new one 77 x", "password2": "a new one 77 x"},
            "Your password for Spaces was changed",
        ),
    ],
)
def test_the_owner_is_told(
    as_ana: Client,
    ana: User,
    path: str,
    form: dict[str, str],
    subject: str,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    reauthenticate(as_ana)
    with django_capture_on_commit_callbacks(execute=True):
        as_ana.post(path, form)
    told = [letter for letter in mail.outbox if letter.to == [ana.email]]
    assert [letter.subject for letter in told] == [subject]
    assert "From: 127.0.0.1" in told[0].body


def test_the_old_address_hears_that_it_was_replaced(as_ana: Client, ana: User) -> None:
    reauthenticate(as_ana)
    as_ana.post(*ASKING["address"])
    link = re.search(r"https?://[^/]+(/accounts/confirm-email/\S+)", str(mail.outbox[0].body))
    assert link is not None
    as_ana.post(link[1])
    told = [letter.subject for letter in mail.outbox if letter.to == ["ana@example.test"]]
    assert "Your address for Spaces was changed" in told


@pytest.mark.security("C12")
@pytest.mark.asvs("13.3.1")
def test_the_secret_of_a_webhook_is_sealed_and_cannot_be_asked_for(ana: User) -> None:
    from django.core.exceptions import FieldError
    from django.db import connection

    made = services.create_webhook(owner=ana, url="https://example.com/hook", events=["space.started"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM accounts_webhook")
        kept = cursor.fetchone()[0]
    assert (kept.startswith("sealed:"), made.secret in kept) == (True, False)
    assert Webhook.objects.get().secret == made.secret
    for lookup in ("secret", "secret__startswith", "secret__gt", "secret__isnull"):
        with pytest.raises(FieldError):
            Webhook.objects.filter(**{lookup: "whsec_"}).exists()


def test_mails_speak_in_the_sites_name(client: Client, ana: User) -> None:
    client.post("/accounts/password/reset/", {"email": ana.email}, headers={"Host": "localhost:6666"})
    letter = mail.outbox[0]
    assert letter.subject == "Choose a new password for Spaces"
    assert letter.body.rstrip().endswith("Spaces\nhttp://localhost:8000")


@pytest.mark.security("C24")
@pytest.mark.asvs("7.4.3")
@pytest.mark.parametrize(("kept", "left"), [({}, 0), ({"keep_tokens": "on"}, 1)])
def test_with_a_new_password_go_the_tokens(as_ana: Client, ana: User, kept: dict[str, str], left: int) -> None:
    services.create_personal_token(user=ana, name="bot", scopes=["space.read"])
    new = {"oldpassword": PASSWORD, "password1": "a new one 77 x", "password2": "a new one 77 x"}
    as_ana.post("/accounts/password/change/", new | kept)
    ana.refresh_from_db()
    assert (ana.check_password("a new one 77 x"), AccessToken.objects.count()) == (True, left)


@pytest.mark.security("C24")
def test_with_a_password_by_mail_too(client: Client, ana: User) -> None:
    services.create_personal_token(user=ana, name="bot", scopes=["space.read"])
    client.post("/accounts/password/reset/", {"email": ana.email})
    link = re.search(r"https?://[^/]+(/accounts/password/reset/key/\S+)", str(mail.outbox[0].body))
    assert link is not None
    form = client.get(link[1])["Location"]
    client.post(form, {"password1": "a new one 77 x", "password2": "a new one 77 x"})
    assert not AccessToken.objects.exists()
