"""What the operator chooses for the whole site, and what asks it: sign-up, invitations, hosting, names and colours."""

import re
import time
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts import services
from accounts.models import SignUpInvitation, SiteSettings, User
from accounts.site import KEPT_SECONDS, site
from accounts.validators import dark_enough
from spaces import rules
from spaces_project.common.colors import contrast, parse_color, shades_of
from spaces_project.common.errors import BadInput, Conflict, NotFound, Refused
from tests.accounts.conftest import PASSWORD
from tests.accounts.test_sign_up import sign_up
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_without_a_row_the_environment_decides(settings: Settings) -> None:
    settings.SITE_NAME, settings.SPACES_HOST_MIN_FOLLOWERS = "Harbour Radio", 7
    assert (site().name, site().host_min_followers, site().confirms_addresses) == ("Harbour Radio", 7, False)
    services.change_site(name="Night Owls", host_min_followers=0, confirming="yes")
    assert (site().name, site().host_min_followers, site().confirms_addresses) == ("Night Owls", 0, True)


def test_another_process_hears_of_it_within_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    services.change_site(name="Before")
    assert site().name == "Before"
    SiteSettings.objects.update(name="After")  # as another process would, of which this one is not told
    assert site().name == "Before"
    later = time.monotonic() + KEPT_SECONDS
    monkeypatch.setattr("accounts.site.time.monotonic", lambda: later)
    assert site().name == "After"


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("color", "red", "bad_color"),
        ("color", "#ffee00", "bad_color"),
        ("sign_up", "some", "bad_sign_up"),
        ("host_min_followers", 10_000_000, "bad_host_min_followers"),
        ("language", "tlh", "bad_language"),
        ("languages", "en, tlh", "bad_language"),
        ("name", "x" * 41, "bad_name"),
    ],
)
def test_a_bad_choice_is_refused_and_nothing_is_stored(field: str, value: object, code: str) -> None:
    with pytest.raises(BadInput) as refused:
        services.change_site(contact="us@example.test", **{field: value})
    assert (refused.value.code, refused.value.details["field"]) == (code, field)
    assert not SiteSettings.objects.exists()


@pytest.mark.parametrize("color", ["#6a3de8", "#000000", "#0b7a4b", "#b3261e", "#1458b8"])
def test_every_shade_can_be_read(color: str) -> None:
    dark_enough(color)
    parsed = parse_color(color)
    assert parsed is not None
    shades = {name: parse_color(shade) for name, shade in shades_of(parsed)._asdict().items()}
    pairs = [
        ("accent", "tint"),
        ("darker", "tint"),
        ("on_night", "tint_of_night"),
        ("on_night", "tint_strong_of_night"),
    ]
    for text, ground in pairs:
        assert contrast(shades[text], shades[ground]) >= (4.5 if ground.endswith("night") else 3)  # type: ignore[arg-type]


def test_a_bright_color_is_refused() -> None:
    with pytest.raises(ValidationError):
        dark_enough("#ffd400")


def test_pages_have_the_name_and_the_color(client: Client) -> None:
    services.change_site(name="Night Owls", color="#1458b8")
    page = client.get("/accounts/login/").text
    assert "<title>Log in · Night Owls</title>" in page and 'content="#1458b8"' in page
    (sheet,) = re.findall(r'href="(/i/site\.css\?[^"]+)"', page)
    assert "--purple-6: #1458b8;" in client.get(sheet).text


def test_without_a_color_there_is_no_sheet(client: Client) -> None:
    assert "/i/site.css" not in client.get("/accounts/login/").text
    assert client.get("/i/site.css").status_code == 404


# --- Sign-up ----------------------------------------------------------------------------------------------------------


def test_a_closed_site_takes_no_accounts(client: Client) -> None:
    services.change_site(sign_up="closed")
    assert "takes no new accounts" in client.get("/accounts/signup/").text
    client.post("/accounts/signup/", {"username": "cleo", "email": "c@example.test", "password1": PASSWORD})
    assert not User.objects.exists()
    assert "account_signup" not in client.get("/accounts/login/").text


def test_an_invitation_is_for_one_person(client: Client, ana: User) -> None:
    services.change_site(sign_up="invited")
    assert "need an invitation" in client.get("/accounts/signup/").text
    _, key = services.invite_to_sign_up(user=ana)
    assert client.get(f"/i/join/{key}")["Location"] == "/accounts/signup/"
    late = Client()
    late.get(f"/i/join/{key}")
    assert sign_up(client) == {}
    assert User.objects.filter(username="cleo").exists()
    late.post("/accounts/signup/", {"username": "dora", "email": "d@example.test", "password1": PASSWORD})
    assert not User.objects.filter(username="dora").exists()
    assert Client().get(f"/i/join/{key}").status_code == 404


def test_an_invitation_ends(client: Client, ana: User) -> None:
    services.change_site(sign_up="invited")
    row, key = services.invite_to_sign_up(user=ana, days=1)
    SignUpInvitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(NotFound):
        services.find_invitation(key=key)
    assert key not in row.digest


def test_a_site_that_closes_meanwhile_takes_no_invited_person(client: Client, ana: User) -> None:
    services.change_site(sign_up="invited")
    _, key = services.invite_to_sign_up(user=ana)
    client.get(f"/i/join/{key}")
    services.change_site(sign_up="closed")
    client.post("/accounts/signup/", {"username": "cleo", "email": "c@example.test", "password1": PASSWORD})
    assert not User.objects.filter(username="cleo").exists()


def test_who_may_invite(ana: User) -> None:
    staff = UserFactory.create(is_staff=True)
    with pytest.raises(Refused) as refused:
        services.invite_to_sign_up(user=ana)
    assert refused.value.code == "invite_not_needed"
    services.change_site(sign_up="invited", inviting="staff")
    with pytest.raises(Refused) as refused:
        services.invite_to_sign_up(user=ana)
    assert refused.value.code == "invite_staff_only"
    services.invite_to_sign_up(user=staff, uses=500)


def test_members_invite_few_people(ana: User) -> None:
    services.change_site(sign_up="invited")
    with pytest.raises(BadInput):
        services.invite_to_sign_up(user=ana, uses=2)
    for _ in range(5):
        services.invite_to_sign_up(user=ana)
    with pytest.raises(Conflict):
        services.invite_to_sign_up(user=ana)


def test_the_page_shows_the_link_once(as_ana: Client, ana: User, ben: User) -> None:
    services.change_site(sign_up="invited")
    page = as_ana.post("/settings/invitations", {"uses": 1, "days": 7}).text
    (key,) = re.findall(r"/i/join/([\w-]+)<", page)
    assert key not in as_ana.get("/settings/invitations").text
    row = SignUpInvitation.objects.get()
    other = Client()
    other.force_login(ben)
    other.post(f"/settings/invitations/{row.pk}/revoke")
    assert SignUpInvitation.objects.exists()
    as_ana.post(f"/settings/invitations/{row.pk}/revoke")
    assert not SignUpInvitation.objects.exists()


def test_addresses_are_confirmed_as_the_operator_chose(client: Client) -> None:
    services.change_site(confirming="yes")
    sign_up(client)
    assert "_auth_user_id" not in client.session
    services.change_site(confirming="no")
    fresh = Client()
    sign_up(fresh, username="dora", email="d@example.test")
    assert "_auth_user_id" in fresh.session


# --- Hosting ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hosting", "followers", "ticked", "code"),
    [
        ("followers", 9, False, "too_few_followers"),
        ("followers", 10, False, None),
        ("followers", 0, True, None),
        ("everyone", 0, False, None),
        ("chosen", 10_000, False, "not_chosen"),
        ("chosen", 0, True, None),
    ],
)
def test_who_may_host(hosting: str, followers: int, ticked: bool, code: str | None) -> None:
    services.change_site(hosting=hosting, host_min_followers=10)
    user = UserFactory.create(followers_count=followers, may_host=ticked)
    error = rules.hosting_obstacle(user)
    assert (error.code if error else None) == code


def test_the_tick_opens_no_protected_account() -> None:
    error = rules.hosting_obstacle(UserFactory.create(may_host=True, protected=True))
    assert error is not None and error.code == "protected_account"
