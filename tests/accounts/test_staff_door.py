"""How the staff gets into the admin, and how they are kept out."""

import pytest
from django.test import Client
from pytest_django import Settings

from accounts import services
from accounts.models import SuspensionScope, User
from tests.accounts.conftest import PASSWORD
from tests.accounts.second_factor import SECRET, code_of, give_app, log_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief(ana: User) -> User:
    ana.is_staff = ana.is_superuser = True
    ana.set_password(PASSWORD)
    ana.save()
    return ana


@pytest.mark.security("C4")
@pytest.mark.asvs("6.3.4")
def test_the_admin_logs_in_through_the_sites_own_page(client: Client, chief: User) -> None:
    answer = client.get("/admin/login/?next=/admin/accounts/user/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=/admin/accounts/user/")


@pytest.mark.security("C4")
@pytest.mark.asvs("6.3.1")
def test_passwords_are_not_tried_at_the_admin(client: Client, chief: User) -> None:
    client.post("/admin/login/", {"username": "ana", "password": PASSWORD})
    assert "_auth_user_id" not in client.session
    for _ in range(6):
        log_in(client, "ana", "wrong")
    assert not log_in(client, "ana")


@pytest.mark.security("C4")
def test_a_way_back_to_a_foreign_page_is_not_kept(client: Client) -> None:
    assert client.get("/admin/login/?next=//evil.example/")["Location"] == "/accounts/login/?next=/admin/"


@pytest.mark.security("C4")
def test_the_password_is_changed_on_the_sites_own_page(client: Client, chief: User) -> None:
    client.force_login(chief)
    assert client.get("/admin/password_change/")["Location"] == "/accounts/password/change/"


@pytest.mark.security("B5")
def test_the_admin_has_the_sites_name(client: Client, chief: User) -> None:
    client.force_login(chief)
    page = client.get("/admin/").text
    assert "<title>Administration | Spaces · staff</title>" in page


def test_a_user_who_is_no_staff_is_told_so(as_ana: Client) -> None:
    answer = as_ana.get("/admin/accounts/user/", follow=True)
    assert (answer.status_code, "Only the people who run this site can see this." in answer.text) == (403, True)


@pytest.mark.security("C16")
@pytest.mark.asvs("8.2.1")
@pytest.mark.parametrize("path", ["", "accounts/user/", "spaces/space/", "captions/redaction/", "spaces/report/live/"])
def test_suspended_staff_are_out_of_the_whole_admin(client: Client, chief: User, path: str) -> None:
    client.force_login(chief)
    assert client.get(f"/admin/{path}").status_code == 200
    services.suspend_user(user=chief, scope=SuspensionScope.ENTIRELY)
    answer = client.get(f"/admin/{path}", follow=True)
    assert (answer.status_code, "Your account is suspended" in answer.text) == (403, True)


@pytest.mark.security("C16")
def test_suspended_staff_change_nothing(client: Client, chief: User, ben: User) -> None:
    client.force_login(chief)
    services.suspend_user(user=chief, scope=SuspensionScope.ENTIRELY)
    client.post("/admin/accounts/user/", {"action": "delete_selected", "_selected_action": ben.pk, "post": "yes"})
    assert User.objects.filter(pk=ben.pk).exists()


@pytest.mark.security("C4")
@pytest.mark.asvs("6.3.3")
def test_staff_without_a_second_factor_are_sent_to_set_one_up(client: Client, chief: User, settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR = True
    client.force_login(chief)
    answer = client.get("/admin/accounts/user/", follow=True)
    assert answer.redirect_chain[-1] == ("/accounts/2fa/", 302)
    assert "Set one up first." in answer.text


@pytest.mark.security("C4")
@pytest.mark.asvs("6.3.3")
def test_staff_with_one_come_in_by_their_code(client: Client, chief: User, settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR = True
    give_app(chief)
    asked = client.post("/accounts/login/?next=/admin/", {"login": "ana", "password": PASSWORD})
    assert (asked["Location"], "_auth_user_id" in client.session) == ("/accounts/2fa/authenticate/", False)
    assert client.get("/admin/")["Location"] == "/admin/login/?next=/admin/"
    let_in = client.post("/accounts/2fa/authenticate/", {"code": code_of(SECRET)})
    assert (let_in["Location"], client.get("/admin/").status_code) == ("/admin/", 200)


@pytest.mark.security("C4")
def test_off_localhost_staff_need_a_second_factor() -> None:
    from tests.test_settings import setting_with

    assert setting_with("STAFF_SECOND_FACTOR", SPACES_ORIGIN="https://spaces.example") == "True"
    assert setting_with("STAFF_SECOND_FACTOR", SPACES_ORIGIN="http://localhost:8000") == "False"
