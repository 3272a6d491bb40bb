"""Owners copy, delete and take back their account."""

import os
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts import services, tasks
from accounts.models import AccountExport, ClosedAccount, User
from captions.models import Utterance
from captions.selectors import transcript
from spaces.moderation.takeout import write_export
from spaces_project.common.errors import ProductError
from tests.accounts.conftest import PASSWORD
from tests.accounts.second_factor import log_in, reauthenticate
from tests.factories import ParticipantFactory, SpaceFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.redis]


@pytest.fixture(autouse=True)
def places(settings: Settings, tmp_path: Path) -> None:
    settings.ACCOUNT_EXPORTS_DIR = tmp_path


@pytest.fixture
def ana(ana: User) -> User:
    ana.set_password(PASSWORD)
    ana.save()
    return ana


@pytest.fixture
def as_ana(client: Client, ana: User) -> Client:
    assert log_in(client, "ana")
    return client


def code(error: pytest.ExceptionInfo[ProductError]) -> str:
    return error.value.code


def made(user: User, settings: Settings, capture: DjangoCaptureOnCommitCallbacks) -> AccountExport:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("spaces.doors.tasks.write_account_export.delay", write_export)
        with capture(execute=True):
            services.request_export(user=user)
    return AccountExport.objects.get(user=user)


# --- Export ---


def test_the_owner_is_told_and_fetches_the_file_after_the_password(
    as_ana: Client, ana: User, settings: Settings, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    export = made(ana, settings, django_capture_on_commit_callbacks)
    assert [m.subject for m in mail.outbox] == ["Your export from Spaces is ready"]
    assert "/settings/account" in mail.outbox[0].body
    assert "/accounts/reauthenticate/" in as_ana.get("/settings/account/export/file")["Location"]
    reauthenticate(as_ana)
    answer = as_ana.get("/settings/account/export/file")
    assert answer["Content-Type"] == "application/zip" and "ana-" in answer["Content-Disposition"]
    assert "no-store" in answer["Cache-Control"]
    assert int(answer["Content-Length"]) == export.bytes > 1_000


def test_nobody_else_gets_the_file(
    client: Client, ana: User, settings: Settings, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    export = made(ana, settings, django_capture_on_commit_callbacks)
    ben = UserFactory.create(username="ben")
    ben.set_password(PASSWORD)
    ben.save()
    assert log_in(client, "ben")
    reauthenticate(client)
    assert client.get("/settings/account/export/file").status_code == 404
    assert client.get(f"/media/{export.file_name}").status_code == 404


def test_the_file_is_readable_by_the_server_alone(
    ana: User, settings: Settings, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    export = made(ana, settings, django_capture_on_commit_callbacks)
    assert stat.S_IMODE(export.path.stat().st_mode) == 0o600
    assert [file.name for file in export.path.parent.iterdir()] == [export.file_name]


def test_one_export_at_a_time_and_one_a_day(
    ana: User, settings: Settings, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    services.request_export(user=ana)
    with pytest.raises(ProductError) as error:
        services.request_export(user=ana)
    assert code(error) == "export_running"
    AccountExport.objects.all().delete()
    first = made(ana, settings, django_capture_on_commit_callbacks)
    with pytest.raises(ProductError) as error:
        services.request_export(user=ana)
    assert code(error) == "too_many"
    AccountExport.objects.update(asked_at=timezone.now() - timedelta(days=1, minutes=1))
    second = made(ana, settings, django_capture_on_commit_callbacks)
    assert (first.path.exists(), second.path.exists()) == (False, True)


def test_a_failure_is_told_and_may_be_repeated(ana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = services.request_export(user=ana)
    monkeypatch.setattr("spaces.moderation.takeout._write_pictures", _fail)
    with pytest.raises(OSError, match="disk is full"):
        write_export(asked.pk)
    assert not asked.path.exists() and list(asked.path.parent.iterdir()) == []
    assert AccountExport.objects.get().state == "failed"
    services.request_export(user=ana)


def _fail(*_: object) -> None:
    raise OSError("disk is full")


def test_the_purge_takes_old_files_and_strays(
    ana: User, settings: Settings, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    export = made(ana, settings, django_capture_on_commit_callbacks)
    os.utime(export.path, (0, 0))
    assert services.purge_exports(timezone.now(), dry_run=False) == 0
    assert export.path.exists()
    later = timezone.now() + timedelta(days=7, minutes=1)
    assert services.purge_exports(later, dry_run=True) == 1
    assert export.path.exists()
    assert services.purge_exports(later, dry_run=False) == 1
    assert not export.path.exists()


def test_a_deleted_account_leaves_no_export(
    ana: User, settings: Settings, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    export = made(ana, settings, django_capture_on_commit_callbacks)
    with django_capture_on_commit_callbacks(execute=True):
        services.delete_user(user=ana)
    assert not export.path.exists()


# --- Deletion ---


@pytest.mark.asvs("7.5.1")
def test_deletion_asks_for_the_password_first(as_ana: Client, ana: User) -> None:
    for path in ("/settings/account/delete", "/settings/account/export"):
        assert "/accounts/reauthenticate/" in as_ana.post(path)["Location"]
    assert not ClosedAccount.objects.exists()
    assert not AccountExport.objects.exists()


def test_the_account_is_closed_and_everybody_is_logged_out(
    as_ana: Client, ana: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    other = Client()
    assert log_in(other, "ana")
    token = services.create_personal_token(user=ana, name="bot", days=30, scopes=["users.read", "tweet.read"])
    reauthenticate(as_ana)
    with django_capture_on_commit_callbacks(execute=True):
        answer = as_ana.post("/settings/account/delete")
    assert "Your account is closed" in answer.text
    assert {c.get("/settings/profile").status_code for c in (as_ana, other)} == {302}
    assert Client().get("/2/users/me", HTTP_AUTHORIZATION=f"Bearer {token.key}").status_code == 401
    assert "is closed" in mail.outbox[-1].subject


def test_the_account_takes_its_spaces_along(
    scene_host: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    space = SpaceFactory.create(creator=scene_host, host=scene_host)
    with django_capture_on_commit_callbacks(execute=True):
        services.close_account(user=scene_host)
    space.refresh_from_db()
    assert space.state == "ended"
    visitor = Client()
    visitor.force_login(UserFactory.create())
    paths = (
        f"/{scene_host.username}",
        space.get_absolute_url(),
        f"{space.get_absolute_url()}/captions.vtt",
        f"{space.get_absolute_url()}/replay",
    )
    assert {path: visitor.get(path).status_code for path in paths} == dict.fromkeys(paths, 404)
    for path in (f"/2/users/{scene_host.pk}", f"/2/spaces/{space.public_id}"):
        assert "data" not in visitor.get(path).json()


def test_the_words_of_a_closed_account_are_hidden(scene_host: User) -> None:
    space, speaker = SpaceFactory.create(creator=scene_host, host=scene_host, state="ended"), UserFactory.create()
    Utterance.objects.create(space=space, speaker=speaker, start_ms=0, end_ms=9, state="final", text="said")
    ParticipantFactory.create(space=space, user=speaker, spoke=True)
    assert len(transcript(space)) == 1
    services.close_account(user=speaker)
    assert len(transcript(space)) == 0
    page = Client().get(space.get_absolute_url())
    assert page.status_code == 200 and speaker.username not in page.text
    services.reopen_account(user=speaker)
    assert len(transcript(space)) == 1


@pytest.fixture
def scene_host() -> User:
    return UserFactory.create(username="hostess", followers_count=600)


def closed(user: User) -> ClosedAccount:
    services.close_account(user=user)
    return ClosedAccount.objects.get(user=user)


def test_a_log_in_offers_to_take_it_back(client: Client, ana: User) -> None:
    closed(ana)
    answer = client.post("/accounts/login/", {"login": "ana", "password": PASSWORD})
    assert answer["Location"] == "/settings/account/reopen"
    assert "_auth_user_id" not in client.session
    assert "@ana" in client.get("/settings/account/reopen").text
    assert client.post("/settings/account/reopen")["Location"] == "/accounts/login/"
    ana.refresh_from_db()
    assert ana.is_active and not ClosedAccount.objects.exists()
    assert log_in(client, "ana")


def test_without_the_password_nothing_is_taken_back(client: Client, ana: User) -> None:
    closed(ana)
    log_in(client, "ana", "wrong")
    assert client.post("/settings/account/reopen")["Location"] == "/accounts/login/"
    assert ClosedAccount.objects.exists()


def test_an_offer_to_take_it_back_ends(client: Client, ana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    closed(ana)
    log_in(client, "ana")
    monkeypatch.setattr("accounts.reopening.time.time", lambda: timezone.now().timestamp() + 16 * 60)
    client.post("/settings/account/reopen")
    assert ClosedAccount.objects.exists()


def test_an_account_that_staff_closed_is_not_reopened_by_its_owner(client: Client, ana: User) -> None:
    User.objects.filter(pk=ana.pk).update(is_active=False)
    answer = client.post("/accounts/login/", {"login": "ana", "password": PASSWORD})
    assert answer["Location"] == "/accounts/inactive/"
    with pytest.raises(ProductError):
        services.reopen_account(user=ana)


def test_a_suspended_user_may_take_a_copy_and_go(ana: User) -> None:
    services.suspend_user(user=ana, scope="entirely")  # type: ignore[arg-type]
    ana.refresh_from_db()
    services.request_export(user=ana)
    services.close_account(user=ana)
    services.reopen_account(user=ana)
    ana.refresh_from_db()
    assert ana.suspended_until is not None


def test_the_last_administrator_stays(ana: User) -> None:
    User.objects.filter(pk=ana.pk).update(is_superuser=True)
    with pytest.raises(ProductError) as error:
        services.close_account(user=ana)
    assert code(error) == "last_admin"
    UserFactory.create(is_superuser=True)
    services.close_account(user=ana)


@pytest.mark.parametrize(("days", "left"), [(29, True), (31, False)])
@pytest.mark.asvs("14.2.4")
def test_the_account_is_emptied_when_the_time_is_over(ana: User, days: int, left: bool) -> None:
    due = closed(ana)
    ClosedAccount.objects.filter(pk=due.pk).update(due_at=due.due_at - timedelta(days=days))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tasks.empty_account, "delay", tasks.empty_account)
        tasks.empty_closed_accounts()
    assert User.objects.filter(pk=ana.pk).exists() == left


@pytest.mark.parametrize("by", ["owner", "staff"])
def test_an_account_that_was_opened_meanwhile_is_not_emptied(ana: User, by: str) -> None:
    due = closed(ana)
    ClosedAccount.objects.filter(pk=due.pk).update(due_at=timezone.now())
    if by == "owner":
        services.reopen_account(user=ana)
    User.objects.filter(pk=ana.pk).update(is_active=True)
    assert services.accounts_to_empty() == []
    assert not services.empty_account(user_id=ana.pk)
    assert User.objects.filter(pk=ana.pk).exists()
