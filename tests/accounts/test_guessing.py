"""How often passwords may be tried, and which user or address is locked out then."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts import guessing
from accounts.models import User
from tests.accounts.conftest import PASSWORD
from tests.accounts.second_factor import log_in
from tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.security("C20"), pytest.mark.asvs("6.3.1")]

STRANGER, OWNER = "198.51.100.9", "192.0.2.1"


@pytest.fixture
def ana(ana: User) -> User:
    ana.set_password(PASSWORD)
    ana.save()
    return ana


def at(address: str, *, with_cookies_of: Client | None = None) -> Client:
    client = Client(REMOTE_ADDR=address)
    if with_cookies_of is not None:
        client.cookies[guessing.COOKIE] = with_cookies_of.cookies[guessing.COOKIE].value
    return client


def guess(address: str, *, times: int, login: str = "ana") -> None:
    for _ in range(times):
        log_in(at(address), login, "wrong")


def test_a_stranger_has_five_tries(ana: User) -> None:
    guess(STRANGER, times=5)
    answer = at(STRANGER).post("/accounts/login/", {"login": "ana", "password": PASSWORD})
    assert answer.context["form"].non_field_errors() == ["Too many failed log-ins. Try again in 5 minutes."]


def test_a_name_and_an_address_are_one_account(ana: User) -> None:
    EmailAddress.objects.create(user=ana, email=ana.email, verified=True, primary=True)
    guess(STRANGER, times=3)
    guess(STRANGER, times=2, login="ANA@Example.test")
    assert not log_in(at(STRANGER), "ana")


def test_a_stranger_does_not_lock_the_owner_out(ana: User) -> None:
    guess(STRANGER, times=30)
    assert log_in(at(OWNER), "ana")


def test_many_strangers_lock_new_devices_only(ana: User) -> None:
    before = at(OWNER)
    assert log_in(before, "ana")
    for number in range(20):
        guess(f"198.51.100.{number}", times=1)
    assert not log_in(at("192.0.2.77"), "ana")
    assert log_in(at("192.0.2.77", with_cookies_of=before), "ana")


def test_a_known_device_has_five_tries_of_its_own(ana: User) -> None:
    before = at(OWNER)
    assert log_in(before, "ana")
    for _ in range(5):
        log_in(at(OWNER, with_cookies_of=before), "ana", "wrong")
    assert not log_in(at(OWNER, with_cookies_of=before), "ana")


def test_a_device_is_known_for_its_own_account_only(ana: User, ben: User) -> None:
    before = at(OWNER)
    assert log_in(before, "ana")
    ben.set_password(PASSWORD)
    ben.save()
    guess(STRANGER, times=5, login="ben")
    assert not log_in(at(STRANGER, with_cookies_of=before), "ben")


@pytest.mark.parametrize("value", ["", "x", "eyJhIjoxfQ:x:y"])
def test_a_forged_cookie_knows_nobody(ana: User, value: str) -> None:
    guess(STRANGER, times=5)
    forger = at(STRANGER)
    forger.cookies[guessing.COOKIE] = value
    assert not log_in(forger, "ana")


def test_a_new_password_makes_every_device_a_stranger(ana: User) -> None:
    before = at(OWNER)
    assert log_in(before, "ana")
    ana.set_password("another one 12 x")
    ana.save()
    guess(OWNER, times=5)
    assert not log_in(at(OWNER, with_cookies_of=before), "ana", "another one 12 x")


def test_a_school_is_one_address(ana: User) -> None:
    pupils = [UserFactory.create() for _ in range(12)]
    for pupil in pupils:
        guess(OWNER, times=2, login=pupil.username)
    assert log_in(at(OWNER), "ana")


def test_one_address_does_not_try_everybody(ana: User) -> None:
    for number in range(guess_limit := 100):
        request = at(STRANGER).get("/accounts/login/").wsgi_request
        request.method = "POST"
        assert guessing.count_try(request, f"name{number}") is not None, (number, guess_limit)
    assert guessing.count_try(request, "one_more") is None


def test_right_passwords_do_not_count(ana: User) -> None:
    for _ in range(7):
        assert log_in(at(OWNER), "ana")


def test_the_cookie_is_for_the_server_alone(ana: User) -> None:
    client = at(OWNER)
    assert log_in(client, "ana")
    cookie = client.cookies[guessing.COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 180 * 86_400)
