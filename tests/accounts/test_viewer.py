"""Pages that lie about: what the browser is told when their session is over, and what becomes of their forms."""

import pytest
from django.test import Client

from accounts import services
from accounts.middleware import COOKIE
from accounts.models import User
from tests.accounts.conftest import PASSWORD
from tests.accounts.second_factor import log_in
from timeline.models import Post

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(ana: User) -> User:
    ana.set_password(PASSWORD)
    ana.save()
    return ana


@pytest.fixture
def as_ana(client: Client, ana: User) -> Client:
    assert log_in(client, "ana")
    client.get("/")
    return client


@pytest.mark.security("A1")
@pytest.mark.asvs("14.3.1")
def test_log_out_has_the_browser_forget(as_ana: Client, ana: User) -> None:
    assert as_ana.cookies[COOKIE].value == str(ana.pk)
    answer = as_ana.post("/accounts/logout/")
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert as_ana.cookies[COOKIE].value == ""


@pytest.mark.security("A1")
@pytest.mark.parametrize("end", ["deleted", "locked", "new password"])
def test_so_does_the_first_answer_after_any_other_end(as_ana: Client, ana: User, end: str) -> None:
    if end == "deleted":
        services.delete_user(user=ana)
    elif end == "locked":
        User.objects.filter(pk=ana.pk).update(is_active=False)
    else:
        ana.set_password("another 55 x")
        ana.save()
    answer = as_ana.get("/i/viewer")
    assert (answer.json()["viewer"], answer.get("Clear-Site-Data")) == ("", '"cache", "storage"')
    assert as_ana.get("/settings/sessions").status_code == 302


@pytest.mark.security("A1")
def test_the_admins_log_out_is_no_other(as_ana: Client, ana: User) -> None:
    User.objects.filter(pk=ana.pk).update(is_staff=True)
    assert as_ana.post("/admin/logout/")["Clear-Site-Data"] == '"cache", "storage"'


@pytest.mark.security("A1")
def test_it_is_asked_who_is_logged_in(as_ana: Client, ana: User) -> None:
    answer = as_ana.get("/i/viewer")
    assert (answer.json()["viewer"], "no-store" in answer["Cache-Control"]) == (str(ana.pk), True)
    assert Client().get("/i/viewer").json()["viewer"] == ""


@pytest.mark.security("A13")
def test_a_form_without_a_session_leads_back_to_its_page(client: Client) -> None:
    answer = client.post("/i/posts/1/like", headers={"Referer": "http://testserver/ana?tab=1"})
    assert answer["Location"] == "/accounts/login/?next=/ana%3Ftab%3D1"


@pytest.mark.security("A13")
@pytest.mark.parametrize("referer", ["", "https://evil.example/x", "javascript:alert(1)"])
def test_it_leads_to_no_foreign_page(client: Client, referer: str) -> None:
    answer = client.post("/settings/profile", headers={"Referer": referer})
    assert answer["Location"] == "/accounts/login/?next=/settings/profile"


@pytest.mark.security("A13")
@pytest.mark.parametrize("headers", [{"Accept": "application/json"}, {"HX-Request": "true"}])
def test_a_script_is_told_that_nobody_is_logged_in(client: Client, headers: dict[str, str]) -> None:
    answer = client.post("/compose", {"text": "Hello"}, headers=headers | {"X-Viewer": "1"})
    assert (answer.status_code, "You are logged out." in answer.text) == (403, True)


@pytest.mark.security("A13")
def test_a_script_sends_nothing_in_another_name(as_ana: Client, ben: User) -> None:
    headers = {"Accept": "application/json", "X-Viewer": str(ben.pk)}
    answer = as_ana.post("/compose", {"text": "Hello"}, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"], Post.objects.count()) == (403, "other_person", 0)


@pytest.mark.security("A13")
def test_a_stale_form_can_be_told_from_other_refusals(ana: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ana)
    answer = client.post("/compose", {"text": "Hello"}, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["error"]["code"], answer["X-Problem"]) == (
        403,
        "stale_form",
        "stale_form",
    )
    fresh = {"text": "Hello", "csrfmiddlewaretoken": client.get("/i/viewer").json()["token"]}
    assert client.post("/compose", fresh, headers={"Accept": "application/json"}).status_code < 400
    assert Post.objects.count() == 1


@pytest.mark.security("A13")
def test_without_scripts_the_text_is_still_there_to_copy(ana: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ana)
    page = client.post("/compose", {"text": "Hello <b>you</b>", "password": "secret"}).text
    assert ("Hello &lt;b&gt;you&lt;/b&gt;" in page, "secret" in page) == (True, False)
