"""OAuth 2 as programs use it: authorization code with PKCE, and an app's own token."""

import base64
import hashlib
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from accounts import credentials, services
from accounts.models import User
from tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.redis]

BACK = "https://reader.example/back"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


@pytest.fixture
def ada(client: Client) -> User:
    user = UserFactory.create(username="ada")
    client.force_login(user)
    return user


@pytest.fixture
def app() -> services.IssuedApp:
    return services.register_app(user=UserFactory.create(), name="Reader", redirect_uris=BACK, is_public=True)


def asked(app: services.IssuedApp, **more: str) -> dict[str, str]:
    return {
        "response_type": "code",
        "client_id": app.app.client_id,
        "redirect_uri": BACK,
        "scope": "space.read users.read tweet.read",
        "state": "s",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    } | more


def code(client: Client, app: services.IssuedApp, **more: str) -> str:
    form = asked(app, **more)
    answer = client.post("/i/oauth2/authorize", form | {"allow": "Authorize"}, query_params=form)
    return parse_qs(urlsplit(answer["Location"]).query)["code"][0]


def exchange(client: Client, app: services.IssuedApp, **fields: str) -> dict[str, str]:
    answer = client.post("/2/oauth2/token", {"client_id": app.app.client_id, "redirect_uri": BACK, **fields})
    return dict(answer.json())


@pytest.mark.asvs("10.7.1")
def test_a_person_is_asked_in_words(client: Client, ada: User, app: services.IssuedApp) -> None:
    page = client.get("/i/oauth2/authorize", asked(app))
    assert "See Spaces, and listen to them" in page.content.decode()
    assert "https://reader.example" in re.findall("form-action[^;]*", page["Content-Security-Policy"])[0]


@pytest.mark.asvs("10.4.3", "10.4.5")
def test_a_code_becomes_a_token_and_a_newer_one(client: Client, ada: User, app: services.IssuedApp) -> None:
    given = exchange(client, app, grant_type="authorization_code", code=code(client, app), code_verifier=VERIFIER)
    found = credentials.token_for(given["access_token"])
    assert found is not None and found.user == ada
    assert client.get("/2/users/me", headers={"authorization": f"Bearer {given['access_token']}"}).status_code == 200
    newer = exchange(client, app, grant_type="refresh_token", refresh_token=given["refresh_token"])
    assert credentials.token_for(newer["access_token"]) is not None
    assert credentials.token_for(given["access_token"]) is None


def test_without_the_verifier_a_code_is_worth_nothing(client: Client, ada: User, app: services.IssuedApp) -> None:
    given = exchange(client, app, grant_type="authorization_code", code=code(client, app), code_verifier="w" * 64)
    assert given["error"] == "invalid_grant"


@pytest.mark.asvs("10.4.6")
def test_nor_is_a_code_that_was_asked_for_without_a_challenge(
    client: Client, ada: User, app: services.IssuedApp
) -> None:
    bare = code(client, app, code_challenge="")
    given = exchange(client, app, grant_type="authorization_code", code=bare, code_verifier=VERIFIER)
    assert "access_token" not in given


@pytest.mark.parametrize(
    "wrong",
    [
        {"code_challenge_method": "plain"},
        {"response_type": "token"},
        {"redirect_uri": "https://evil.example"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
@pytest.mark.asvs("10.4.1", "10.4.4")
def test_what_is_not_safe_is_not_asked(
    client: Client, ada: User, app: services.IssuedApp, wrong: dict[str, str]
) -> None:
    answer = client.post(
        "/i/oauth2/authorize", asked(app, **wrong) | {"allow": "Authorize"}, query_params=asked(app, **wrong)
    )
    assert "code=" not in answer.headers.get("Location", "")
    assert "access_token" not in answer.headers.get("Location", "")


def test_an_app_reads_in_its_own_name_what_is_public(client: Client) -> None:
    issued = services.register_app(
        user=UserFactory.create(), name="x", redirect_uris="", is_public=False, for_itself=True
    )
    secret = base64.b64encode(f"{issued.app.client_id}:{issued.secret}".encode()).decode()
    body = {"grant_type": "client_credentials", "scope": "space.read users.read tweet.read"}
    given = client.post("/2/oauth2/token", body, headers={"authorization": f"Basic {secret}"}).json()
    headers = {"authorization": f"Bearer {given['access_token']}"}
    assert client.get("/2/spaces/search?query=x", headers=headers).status_code == 200
    assert client.get("/2/users/me", headers=headers).status_code == 403


@pytest.mark.asvs("10.4.10")
def test_a_program_gives_its_token_back(client: Client, ada: User, app: services.IssuedApp) -> None:
    given = exchange(client, app, grant_type="authorization_code", code=code(client, app), code_verifier=VERIFIER)
    client.post("/2/oauth2/revoke", {"client_id": app.app.client_id, "token": given["access_token"]})
    assert credentials.token_for(given["access_token"]) is None
