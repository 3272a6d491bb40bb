"""The page of one's sessions."""

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from accounts.models import User
from accounts.views.sessions import device_of
from tests.accounts.conftest import PASSWORD
from tests.accounts.second_factor import log_in, reauthenticate

pytestmark = [pytest.mark.django_db, pytest.mark.security("C28"), pytest.mark.asvs("7.5.2")]

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Safari/604.1"


@pytest.fixture
def ana(ana: User) -> User:
    ana.set_password(PASSWORD)
    ana.save()
    return ana


@pytest.fixture
def phone(ana: User) -> Client:
    client = Client(headers={"User-Agent": SAFARI}, REMOTE_ADDR="192.0.2.7")
    assert log_in(client, "ana")
    return client


@pytest.fixture
def desk(ana: User, phone: Client) -> Client:
    client = Client(headers={"User-Agent": FIREFOX})
    assert log_in(client, "ana")
    reauthenticate(client)
    return client


def is_in(client: Client) -> bool:
    return client.get("/settings/sessions").status_code == 200


def test_each_is_listed_with_its_device(desk: Client) -> None:
    lines = desk.get("/settings/sessions").context["sessions"]
    assert [(line.device, line.address, line.is_current) for line in lines] == [
        ("Firefox on Linux", "127.0.0.1", True),
        ("Safari on iPhone", "192.0.2.7", False),
    ]


def test_one_is_ended(desk: Client, phone: Client) -> None:
    other = next(line for line in desk.get("/settings/sessions").context["sessions"] if not line.is_current)
    desk.post(f"/settings/sessions/{other.id}/end")
    assert (is_in(desk), is_in(phone)) == (True, False)


def test_all_others_are_ended(desk: Client, phone: Client) -> None:
    desk.post("/settings/sessions/others/end")
    assert (is_in(desk), is_in(phone)) == (True, False)


def test_of_another_user_none_is_ended(desk: Client, ben: User, phone: Client) -> None:
    UserSession.objects.update(user=ben)
    row = UserSession.objects.order_by("pk").first()
    assert row is not None
    assert desk.post(f"/settings/sessions/{row.pk}/end").status_code == 404
    assert is_in(phone)


def test_its_sockets_are_closed(desk: Client, phone: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr("spaces.doors.receivers.events.publish", lambda channel, envelope: told.append(envelope.data))
    monkeypatch.setattr("django.db.transaction.on_commit", lambda call, **options: call())
    desk.post("/settings/sessions/others/end")
    assert phone.cookies["session"].value in told


@pytest.mark.parametrize("agent", ["", "curl/8", "x" * 3000])
def test_what_no_browser_says_is_a_program(agent: str) -> None:
    assert device_of(agent) == "A program"


def test_a_log_out_leads_to_the_log_in(as_ana: Client) -> None:
    assert as_ana.post("/accounts/logout/")["Location"] == "/accounts/login/"
