"""What holds on every list of the admin."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core import mail
from django.db import models
from django.test import Client, RequestFactory

from accounts import services
from accounts.models import User
from accounts.staff_rules import COMPARISONS, Guarded
from tests.factories import UserFactory
from tests.support.confirmed import confirmed
from timeline.models import Message, Thread

pytestmark = [pytest.mark.django_db, pytest.mark.security("C16")]

HERE = sorted(admin.site._registry.items(), key=lambda item: item[0]._meta.label)
IDS = [model._meta.label for model, _ in HERE]


def staff(*permissions: str) -> User:
    user = UserFactory.create(is_staff=True)
    for permission in permissions:
        app, codename = permission.split(".")
        user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    return user


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.asvs("8.2.3")
@pytest.mark.parametrize(("model", "model_admin"), HERE, ids=IDS)
def test_no_address_asks_how_a_text_begins(model: type[models.Model], model_admin: Any) -> None:
    request = RequestFactory().get("/")
    for field in model._meta.get_fields():
        for ask in ("startswith", "contains", "regex", "iexact", "gt__startswith"):
            assert not model_admin.lookup_allowed(f"{field.name}__{ask}", "x", request)
    for name in ("password", "user__password", "owner__email__gt", "token_checksum", "session_key__gt", "secret"):
        assert not model_admin.lookup_allowed(name, "x", request)


@pytest.mark.asvs("8.2.3")
@pytest.mark.parametrize("ask", ["text__startswith=p", "text__gte=p", "text=pin", "thread__messages__text__gte=p"])
def test_the_words_of_messages_cannot_be_guessed(ask: str) -> None:
    one, other = sorted((UserFactory.create(), UserFactory.create()), key=lambda user: user.pk)
    thread = Thread.objects.create(first=one, second=other)
    Message.objects.create(thread=thread, sender=one, text="pin 4711")
    client = logged_in(staff("timeline.view_message"))
    assert client.get("/admin/timeline/message/").status_code == 200
    assert client.get(f"/admin/timeline/message/?{ask}").status_code == 400


@pytest.mark.parametrize(("model", "model_admin"), HERE, ids=IDS)
def test_every_list_is_guarded_and_its_filters_work(
    model: type[models.Model], model_admin: Any, admin_client: Client
) -> None:
    assert isinstance(model_admin, Guarded)
    page = admin_client.get(f"/admin/{model._meta.app_label}/{model._meta.model_name}/")
    assert page.status_code == 200
    for part in {query.split('"')[0] for query in page.text.split('href="?')[1:]}:
        assert admin_client.get(f"{page.request['PATH_INFO']}?{part.replace('&amp;', '&')}").status_code == 200, part


@pytest.mark.asvs("8.2.1")
@pytest.mark.parametrize(("model", "model_admin"), HERE, ids=IDS)
def test_a_reader_runs_no_action(model: type[models.Model], model_admin: Any) -> None:
    request = RequestFactory().get("/")
    request.user = staff(f"{model._meta.app_label}.view_{model._meta.model_name}")
    assert model_admin.get_actions(request) == {}


@pytest.mark.asvs("16.3.2")
def test_an_action_is_written_down(ana: User) -> None:
    client = logged_in(staff("accounts.view_user", "accounts.change_user"))
    client.post("/admin/accounts/user/", {"action": "remove_images", "_selected_action": ana.pk})
    entry = LogEntry.objects.get()
    assert (entry.object_id, entry.change_message) == (str(ana.pk), "Action: remove_images")


def test_a_reader_removes_no_image(ana: User) -> None:
    client = logged_in(staff("accounts.view_user"))
    client.post("/admin/accounts/user/", {"action": "remove_images", "_selected_action": ana.pk})
    assert not LogEntry.objects.exists()


def test_a_delivery_is_sent_again_by_those_who_may_change_it(ana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[object] = []
    monkeypatch.setattr(services, "deliver_again", lambda delivery: sent.append(delivery.pk))
    hook = services.create_webhook(owner=ana, url="https://example.com/", events=["space.started"])
    row = hook.deliveries.create(event="space.started", payload={})
    asked = {"action": "send_again", "_selected_action": row.pk}
    logged_in(staff("accounts.view_delivery")).post("/admin/accounts/delivery/", asked)
    assert sent == []
    logged_in(staff("accounts.view_delivery", "accounts.change_delivery")).post("/admin/accounts/delivery/", asked)
    assert sent == [row.pk]


@pytest.mark.asvs("8.2.2")
def test_staff_make_nobody_a_superuser(ana: User) -> None:
    changer = staff("accounts.view_user", "accounts.change_user")
    client = logged_in(changer)
    form = {"username": "ana", "email": ana.email, "display_name": "New", "is_active": "on"}
    client.post(f"/admin/accounts/user/{ana.pk}/change/", form | {"is_superuser": "on", "is_staff": "on"})
    ana.refresh_from_db()
    assert (ana.display_name, ana.is_superuser, ana.is_staff) == ("New", False, False)


@pytest.mark.asvs("8.2.2")
def test_staff_do_not_touch_the_accounts_of_staff() -> None:
    chief = UserFactory.create(is_staff=True, is_superuser=True)
    client = logged_in(staff("accounts.view_user", "accounts.change_user", "accounts.delete_user"))
    new = {"password1": "a good one 88", "password2": "a good one 88", "usable_password": "true"}
    assert client.post(f"/admin/accounts/user/{chief.pk}/password/", new).status_code == 403
    assert client.post(f"/admin/accounts/user/{chief.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post("/admin/accounts/user/", {"action": "delete_selected", "_selected_action": chief.pk, "post": "yes"})
    assert User.objects.filter(pk=chief.pk).exists()


@pytest.mark.security("B19")
def test_nothing_of_a_hash_is_shown(ana: User, admin_client: Client) -> None:
    ana.set_password("a good one 88")
    ana.save()
    mark = ana.password.split("$")[-1][:6]
    reader = logged_in(staff("accounts.view_user"))
    for client, is_offered in ((reader, False), (admin_client, True)):
        page = client.get(f"/admin/accounts/user/{ana.pk}/change/").text
        assert ("../password/" in page, mark in page) == (is_offered, False)


@pytest.mark.security("C28")
def test_a_password_set_by_staff_is_told_to_the_owner(
    ana: User, admin_client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    new = {"password1": "a good one 88", "password2": "a good one 88", "usable_password": "true"}
    with django_capture_on_commit_callbacks(execute=True):
        admin_client.post(f"/admin/accounts/user/{ana.pk}/password/", new)
    assert [letter.subject for letter in mail.outbox] == ["Your password for Spaces was changed"]


@pytest.mark.security("C28")
def test_a_webhook_of_the_site_asks_for_the_password_first(admin_client: Client) -> None:
    assert "/accounts/reauthenticate/" in admin_client.get("/admin/accounts/webhook/add/")["Location"]
    assert confirmed(admin_client).get("/admin/accounts/webhook/add/").status_code == 200


def test_what_may_be_asked_reads_no_text_by_letters() -> None:
    assert not {name for name in COMPARISONS if "start" in name or "contains" in name or "regex" in name}
