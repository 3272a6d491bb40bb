"""The page of tokens and apps: made there, shown once, taken back there."""

import re

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from oauth2_provider.models import AccessToken, Application, RefreshToken

from accounts import credentials, services
from accounts.models import User
from spaces_project.common.errors import BadInput, Conflict, NotFound
from tests.factories import UserFactory
from tests.support.confirmed import confirmed

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    return UserFactory.create(username="ada")


@pytest.fixture
def page(client: Client, ada: User) -> Client:
    client.force_login(ada)
    return confirmed(client)


def make(user: User, *scopes: str) -> services.Issued:
    return services.create_personal_token(user=user, name="bot", scopes=scopes or ("space.read",))


def test_a_token_is_shown_once(page: Client, ada: User) -> None:
    answer = page.post("/settings/apps/tokens", {"name": "My bot", "days": "30", "scopes": ["space.read"]})
    assert services.PREFIX in answer.content.decode()
    assert services.PREFIX not in page.get("/settings/apps").content.decode()
    assert "My bot" in page.get("/settings/apps").content.decode()


def test_no_two_things_on_the_page_have_one_id(page: Client) -> None:
    ids = re.findall(r' id="([^"]+)"', page.get("/settings/apps").content.decode())
    assert len(ids) == len(set(ids))


def test_of_a_token_only_a_hash_is_kept(ada: User) -> None:
    key = make(ada).key
    assert not any(key in str(value) for row in AccessToken.objects.values() for value in row.values())
    found = credentials.token_for(key)
    assert found is not None and found.user == ada


def test_a_token_ends_when_it_should(ada: User) -> None:
    key = make(ada).key
    AccessToken.objects.update(expires="2001-01-01T00:00Z")
    assert credentials.token_for(key) is None


def test_a_locked_account_has_no_tokens(ada: User) -> None:
    key = make(ada).key
    User.objects.update(is_active=False)
    assert credentials.token_for(key) is None


def test_it_is_revoked_by_its_owner_only(page: Client, ada: User) -> None:
    own, other = make(ada), make(UserFactory.create())
    page.post(f"/settings/apps/tokens/{own.id}/revoke")
    page.post(f"/settings/apps/tokens/{other.id}/revoke")
    assert credentials.token_for(own.key) is None
    assert credentials.token_for(other.key) is not None


@pytest.mark.parametrize("wrong", [{"name": ""}, {"scopes": []}, {"scopes": ["admin"]}, {"days": "-1"}])
def test_what_is_wrong_is_said(page: Client, wrong: dict[str, object]) -> None:
    answer = page.post("/settings/apps/tokens", {"name": "bot", "days": "30", "scopes": ["space.read"]} | wrong)
    assert answer.status_code == 400
    assert not AccessToken.objects.exists()


def test_nobody_has_ever_more_tokens(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.services.tokens.MOST_TOKENS", 1)
    make(ada)
    with pytest.raises(Conflict):
        make(ada)


def test_the_secret_of_an_app_is_shown_once(page: Client, ada: User) -> None:
    form = {"name": "Reader", "kind": "confidential", "redirect_uris": "https://reader.example/back"}
    answer = page.post("/settings/apps/registered", form)
    app = Application.objects.get(user=ada)
    assert app.client_id in answer.content.decode()
    assert answer.context["new_app"].secret in answer.content.decode()
    assert answer.context["new_app"].secret not in page.get("/settings/apps").content.decode()


@pytest.mark.parametrize("address", ["", "javascript:alert(1)", "nonsense", "https://a.example/#b"])
def test_an_app_says_where_people_come_back_to(ada: User, address: str) -> None:
    with pytest.raises(BadInput):
        services.register_app(user=ada, name="x", redirect_uris=address, is_public=True)


def test_an_app_is_deleted_by_its_maker_only(ada: User) -> None:
    issued = services.register_app(user=ada, name="x", redirect_uris="", is_public=False, for_itself=True)
    with pytest.raises(NotFound):
        services.delete_app(user=UserFactory.create(), app_id=issued.app.pk)
    services.delete_app(user=ada, app_id=issued.app.pk)
    assert not Application.objects.exists()


def test_the_command_prints_a_token(ada: User, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("create_token", "ADA", scopes=["space.read", "space.write"])
    found = credentials.token_for(capsys.readouterr().out.strip())
    assert found is not None
    assert (found.user, found.scope, found.expires) == (ada, "space.read space.write", services.NEVER)


def test_the_command_knows_nobody_else() -> None:
    with pytest.raises(CommandError):
        call_command("create_token", "nobody", scopes=["space.read"])


@pytest.mark.asvs("10.4.9", "10.7.3")
def test_what_an_app_was_let_in_to_is_taken_back(page: Client, ada: User) -> None:
    app = services.register_app(
        user=UserFactory.create(), name="Reader", redirect_uris="https://a.example", is_public=True
    ).app
    access = AccessToken.objects.create(
        user=ada, application=app, scope="space.read", token="a", expires=services.NEVER
    )
    RefreshToken.objects.create(user=ada, application=app, access_token=access, token="b")
    assert "Reader" in page.get("/settings/apps").content.decode()
    page.post(f"/settings/apps/authorized/{app.pk}/revoke")
    assert credentials.authorized_apps(ada) == []
    assert not RefreshToken.objects.exists()
