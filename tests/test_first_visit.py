"""A new site: the set-up page that a code opens, and the same by `manage.py setup`."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts import services
from accounts.models import SetupCode, SiteSettings, User
from accounts.site import site, suppose
from spaces_project.common.errors import Conflict, Refused
from tests.factories import UserFactory
from tests.guards.test_nothing_stays import picture
from timeline.models import SiteText

pytestmark = [pytest.mark.django_db, pytest.mark.redis]  # Redis counts the tries of an address

PASSWORD = "correct horse 9 battery"
CHOICES = {
    "name": "Night Owls",
    "color": "#1458b8",
    "username": "ada",
    "email": "ada@example.test",
    "password": PASSWORD,
    "sign_up": "invited",
    "inviting": "members",
    "confirming": "no",
    "hosting": "chosen",
    "host_min_followers": "600",
    "language": "en",
    "contact": "us@example.test",
    "rules": "Be kind.",
}


@pytest.fixture(autouse=True)
def new_site(settings: Settings, tmp_path: Path) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT = tmp_path
    suppose(is_set_up=False)


@pytest.fixture
def inside() -> Client:
    """A browser that has entered the code."""
    client = Client()
    client.post("/i/setup", {"code": services.new_setup_code()})
    return client


@pytest.mark.parametrize("path", ["/", "/accounts/signup/", "/accounts/login/", "/admin/", "/ada"])
def test_every_page_leads_to_the_set_up_page(client: Client, path: str) -> None:
    assert client.get(path)["Location"] == "/i/setup"
    assert "manage.py setup_code" in client.get("/i/setup").text


def test_programs_hear_that_it_is_not_set_up(client: Client) -> None:
    answer = client.get("/api/v1/me")
    assert (answer.status_code, "not_set_up" in answer.text) == (503, True)


def test_a_stranger_makes_no_account(client: Client) -> None:
    form = {"username": "eve", "email": "eve@example.test", "password1": PASSWORD}
    assert client.post("/accounts/signup/", form)["Location"] == "/i/setup"
    assert client.post("/i/setup", CHOICES).status_code == 200
    assert not User.objects.exists()


def test_the_site_is_set_up(inside: Client) -> None:
    answer = inside.post("/i/setup", CHOICES | {"logo": picture()})
    assert answer["Location"] == "/i/setup"
    ada = User.objects.get()
    assert (ada.username, ada.is_superuser, inside.session["_auth_user_id"]) == ("ada", True, str(ada.pk))
    assert EmailAddress.objects.get().verified
    assert (site().name, site().sign_up, site().hosting) == ("Night Owls", "invited", "chosen")
    assert SiteText.objects.get().text == "Be kind."
    assert site().logo and not SetupCode.objects.exists()
    assert "Set one up now" in inside.get("/i/setup").text
    assert inside.get("/accounts/2fa/totp/activate/").status_code == 200
    assert "Night Owls" in Client().get("/accounts/login/").text


def test_the_mail_is_tried(inside: Client, settings: Settings) -> None:
    inside.post("/i/setup", CHOICES)
    settings.EMAIL_DIRECT_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert inside.post("/i/setup/mail").status_code == 200
    assert [(mail.outbox[0].to, "Night Owls" in mail.outbox[0].subject)] == [(["ada@example.test"], True)]
    settings.EMAIL_DIRECT_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    answer = inside.post("/i/setup/mail")
    assert (answer.status_code, "did not take the mail" in answer.text) == (503, True)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", "with space"),
        ("email", "nowhere"),
        ("password", "password123"),
        ("color", "#ffff00"),
        ("sign_up", "some"),
        ("host_min_followers", "-1"),
        ("name", ""),
    ],
)
def test_a_bad_answer_is_told_beside_its_field_and_nothing_is_written(inside: Client, field: str, value: str) -> None:
    answer = inside.post("/i/setup", CHOICES | {field: value})
    assert answer.status_code == 400
    assert field in answer.context["form"].errors
    assert not User.objects.exists() and not SiteSettings.objects.exists() and not SiteText.objects.exists()
    assert inside.post("/i/setup", CHOICES)["Location"] == "/i/setup"
    assert User.objects.exists()


def test_a_code_works_once(inside: Client) -> None:
    second = Client()
    code = services.new_setup_code()
    second.post("/i/setup", {"code": code.lower().replace("-", " ")})
    assert inside.post("/i/setup", CHOICES)["Location"] == "/i/setup"
    assert not User.objects.exists()  # a new code ended the one of `inside`
    second.post("/i/setup", CHOICES)
    assert User.objects.count() == 1
    third = Client()
    third.post("/i/setup", {"code": code})
    third.post("/i/setup", CHOICES | {"username": "eve", "email": "eve@example.test"})
    assert User.objects.count() == 1


def test_two_browsers_make_one_admin(inside: Client) -> None:
    beside = Client()
    beside.cookies = inside.cookies
    UserFactory.create(username="mallory")
    suppose(is_set_up=False)
    with pytest.raises(Conflict) as refused:
        services.finish_setup(code_id=SetupCode.objects.get().pk)
    assert refused.value.code == "set_up"


def test_a_code_ends(client: Client) -> None:
    code = services.new_setup_code()
    SetupCode.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.post("/i/setup", {"code": code}).status_code == 403
    assert services.forget_old_invitations() == 1


@pytest.mark.redis
def test_tries_are_limited(client: Client) -> None:
    services.new_setup_code()
    statuses = [client.post("/i/setup", {"code": "AAAAA"}).status_code for _ in range(11)]
    assert statuses == [403] * 10 + [429]


def test_a_code_ends_after_many_wrong_tries_from_anywhere() -> None:
    code = services.new_setup_code()
    for number in range(20):
        with pytest.raises(Refused):
            services.try_setup_code(code="AAAAA", address=f"192.0.2.{number}")
    with pytest.raises(Refused):
        services.try_setup_code(code=code, address="192.0.2.99")


def test_the_code_is_kept_as_a_hash(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("setup_code")
    (code,) = re.findall(r"(?:[2-9A-Z]{5}-){3}[2-9A-Z]{5}", capsys.readouterr().out)
    row = SetupCode.objects.get()
    assert code not in str(SetupCode.objects.values()) and len(row.digest) == 64


def test_a_site_with_an_account_has_no_code(client: Client) -> None:
    UserFactory.create()
    with pytest.raises(CommandError, match="set_up"):
        call_command("setup_code")
    assert client.get("/i/setup")["Location"] == "/accounts/login/"
    assert client.get("/").status_code == 200


def test_what_remains_is_for_superusers(client: Client) -> None:
    client.force_login(UserFactory.create(is_staff=True))
    assert client.get("/i/setup").status_code == 403
    assert client.post("/i/setup/mail").status_code == 403


# --- The command ------------------------------------------------------------------------------------------------------


def test_the_command_does_the_same_and_may_run_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "password").write_text(PASSWORD)
    (tmp_path / "rules").write_text("Be kind.")
    monkeypatch.setenv("SETUP_ADMIN_PASSWORD_FILE", str(tmp_path / "password"))
    monkeypatch.setenv("SETUP_SIGN_UP", "closed")
    arguments = ["--name", "Night Owls", "--admin", "ada", "--admin-email", "ada@example.test"]
    for _ in range(2):
        call_command("setup", *arguments, "--rules", str(tmp_path / "rules"))
    ada = User.objects.get()
    assert (ada.check_password(PASSWORD), ada.is_superuser, site().name, site().sign_up) == (
        True,
        True,
        "Night Owls",
        "closed",
    )
    call_command("setup", "--contact", "us@example.test")
    assert (site().name, site().contact) == ("Night Owls", "us@example.test")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--color", "yellow"], "bad_color"),
        (["--host-min-followers", "many"], "bad_host_min_followers"),
        (["--language", "tlh"], "bad_language"),
        (["--admin", "ada", "--admin-email", "ada@example.test"], "bad_password"),
        (["--admin", "a b"], "bad_username"),
        (["--rules", "/nowhere"], "no_file"),
    ],
)
def test_the_command_names_what_is_wrong(arguments: list[str], code: str) -> None:
    with pytest.raises(CommandError, match=code):
        call_command("setup", "--name", "Night Owls", *arguments)
    assert not SiteSettings.objects.exists() and not User.objects.exists()
