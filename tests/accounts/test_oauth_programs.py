"""OAuth 2 as programs of X do it, and what goes wrong on the way: every answer is one that a program can read."""

import json
import time
from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import AccessToken, Application, RefreshToken

from accounts import credentials, services
from accounts.models import User
from spaces_project.common.api.scopes import IDLE_SCOPES, OAUTH_SCOPES, OFFLINE, SCOPES, Scope
from spaces_project.common.errors import BadInput
from tests.accounts.oauth_client import BACK, VERIFIER, asked, basic, decided, exchanged, refreshed, registered, tokens
from tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.redis]

ORIGIN = "https://spaces.example"
X_SCOPES = (
    "tweet.read tweet.write tweet.moderate.write users.email users.read follows.read follows.write offline.access "
    "space.read mute.read mute.write like.read like.write list.read list.write block.read block.write bookmark.read "
    "bookmark.write dm.read dm.write media.write timeline.read"
)


@pytest.fixture
def ada(client: Client) -> User:
    user = UserFactory.create(username="ada")
    client.force_login(user)
    return user


@pytest.fixture
def app() -> services.IssuedApp:
    return registered(UserFactory.create(username="maker"))


def given(client: Client, app: services.IssuedApp, **more: str) -> dict[str, Any]:
    answer = exchanged(client, app, decided(client, asked(app, **more))["code"])
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


# Scopes ---------------------------------------------------------------------------------------------------------------


@pytest.mark.security("A11", "F1")
def test_every_scope_of_x_may_be_asked_for_and_the_answer_says_what_was_granted(
    client: Client, ada: User, app: services.IssuedApp
) -> None:
    token = given(client, app, scope=X_SCOPES)
    assert set(token["scope"].split()) == set(X_SCOPES.split())
    assert token["refresh_token"]
    newer = refreshed(client, app, token["refresh_token"]).json()
    assert set(newer["scope"].split()) == set(X_SCOPES.split())


@pytest.mark.security("A11")
def test_an_idle_scope_lets_a_token_do_nothing_more(client: Client, ada: User, app: services.IssuedApp) -> None:
    token = given(client, app, scope=" ".join(IDLE_SCOPES))
    answer = client.get("/2/users/me", headers={"authorization": f"Bearer {token['access_token']}"})
    assert answer.status_code == 403


@pytest.mark.security("A11")
def test_the_site_says_which_scopes_it_takes(client: Client) -> None:
    told = client.get("/.well-known/oauth-authorization-server").json()
    assert set(told["scopes_supported"]) == set(OAUTH_SCOPES)
    assert {*X_SCOPES.split()} <= set(told["scopes_supported"])


@pytest.mark.security("A11")
def test_a_scope_that_nobody_has_is_refused_by_its_name(client: Client, ada: User, app: services.IssuedApp) -> None:
    back = decided(client, asked(app, scope="space.read space.fly"))
    assert (back["error"], back["error_description"]) == ("invalid_scope", "Unknown scopes: space.fly.")


def test_the_person_reads_what_is_granted_and_that_the_rest_is_nothing(
    client: Client, ada: User, app: services.IssuedApp
) -> None:
    page = client.get("/i/oauth2/authorize", asked(app, scope="space.read like.read offline.access"))
    assert page.context["grants"] == [SCOPES[Scope.SPACE_READ], OAUTH_SCOPES[OFFLINE]]
    assert page.context["idle"] == ["likes"]


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        ("mute.read", "See the people whose posts you muted"),
        ("mute.write", "Mute people&#x27;s posts, and show them again"),
        ("bookmark.read", "See your bookmarks"),
        ("bookmark.write", "Add and remove bookmarks"),
    ],
)
def test_the_person_reads_what_becomes_of_bookmarks_and_muted_people(
    client: Client, ada: User, app: services.IssuedApp, scope: str, words: str
) -> None:
    page = client.get("/i/oauth2/authorize", asked(app, scope=scope))
    assert (words in page.text, page.context["idle"]) == (True, [])


def test_the_person_reads_it_in_their_language(client: Client, ada: User, app: services.IssuedApp) -> None:
    page = client.get(
        "/i/oauth2/authorize",
        asked(app, scope="bookmark.read list.read offline.access"),
        headers={"accept-language": "de"},
    )
    assert page.context["grants"] == ["Deine Lesezeichen sehen", "Angemeldet bleiben"]
    assert page.context["idle"] == ["Listen"]


@pytest.mark.security("A11")
def test_what_was_granted_as_without_effect_is_asked_for_again(
    client: Client, ada: User, app: services.IssuedApp
) -> None:
    token = given(client, app, scope="space.read mute.read like.read bookmark.write offline.access")
    migration = import_module("accounts.migrations.0012_granted_without_effect")
    migration.forget_scopes(apps, SimpleNamespace(connection=connection))
    assert AccessToken.objects.get().scope == "space.read like.read offline.access"
    newer = refreshed(client, app, token["refresh_token"]).json()
    assert newer["scope"] == "space.read like.read offline.access"


def for_itself() -> services.IssuedApp:
    return registered(UserFactory.create(), redirect_uris="", is_public=False, for_itself=True)


@pytest.mark.security("C26")
@pytest.mark.asvs("10.4.11")
def test_an_app_in_its_own_name_gets_what_needs_no_person(client: Client) -> None:
    own = for_itself()
    body = {"grant_type": "client_credentials", "scope": "space.read space.write dm.read users.read"}
    assert client.post("/2/oauth2/token", body, headers=basic(own)).json()["scope"] == "space.read users.read"
    body["scope"] = "space.moderate"
    refused = client.post("/2/oauth2/token", body, headers=basic(own))
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")


# Spellings ------------------------------------------------------------------------------------------------------------


@pytest.mark.security("F2")
@pytest.mark.parametrize("method", ["s256", "S256"])
def test_the_method_of_a_challenge_is_read_in_any_case(
    client: Client, ada: User, app: services.IssuedApp, method: str
) -> None:
    form = asked(app, code_challenge_method=method)
    page = client.get("/i/oauth2/authorize", form)
    fields = {field.name: field.value() or "" for field in page.context["form"].hidden_fields()}
    assert fields["code_challenge_method"] == "S256"
    assert exchanged(client, app, decided(client, form)["code"]).status_code == 200


@pytest.mark.security("F3")
def test_tokens_are_given_refreshed_and_revoked_for_json(client: Client, ada: User, app: services.IssuedApp) -> None:
    def send(path: str, **fields: str | None) -> Any:
        body = {"client_id": app.app.client_id, "client_secret": None, **fields}
        return client.post(f"/2/oauth2/{path}", json.dumps(body), content_type="application/json; charset=utf-8")

    code = decided(client, asked(app))["code"]
    first = send("token", grant_type="authorization_code", code=code, code_verifier=VERIFIER, redirect_uri=BACK).json()
    second = send("token", grant_type="refresh_token", refresh_token=first["refresh_token"]).json()
    assert credentials.token_for(second["access_token"]) is not None
    gone = send("revoke", token=second["access_token"], token_type_hint="access_token")
    assert (gone.status_code, gone.json()) == (200, {"revoked": True})
    assert credentials.token_for(second["access_token"]) is None


@pytest.mark.security("F4")
def test_a_program_with_key_and_secret_finds_the_token_where_x_has_it(client: Client) -> None:
    own = for_itself()
    answer = client.post("/oauth2/token", {"grant_type": "client_credentials"}, headers=basic(own))
    assert (answer.status_code, answer.json()["token_type"]) == (200, "bearer")
    headers = {"authorization": f"Bearer {answer.json()['access_token']}"}
    assert client.get("/2/spaces/search?query=x", headers=headers).status_code == 200


@pytest.mark.parametrize("scheme", ["basic", "BASIC"])
def test_the_scheme_of_a_secret_is_read_in_any_case(client: Client, scheme: str) -> None:
    header = {"authorization": basic(for_itself())["authorization"].replace("Basic", scheme)}
    assert client.post("/oauth2/token", {"grant_type": "client_credentials"}, headers=header).status_code == 200


@pytest.mark.security("F4")
def test_a_person_is_asked_at_both_addresses(client: Client, ada: User, app: services.IssuedApp) -> None:
    for path in ("/2/oauth2/authorize", "/i/oauth2/authorize"):
        assert client.get(path, asked(app)).context["application"] == app.app


@pytest.mark.security("F5")
def test_what_stands_in_the_address_is_refused(client: Client, ada: User, app: services.IssuedApp) -> None:
    code = decided(client, asked(app))["code"]
    fields = {"grant_type": "authorization_code", "code": code, "code_verifier": VERIFIER, "redirect_uri": BACK}
    refused = client.post("/2/oauth2/token", query_params={"client_id": app.app.client_id, **fields})
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")


# Used twice -----------------------------------------------------------------------------------------------------------


@pytest.mark.security("A10")
def test_a_client_whose_answer_was_lost_is_let_in_once_more(client: Client, ada: User, app: services.IssuedApp) -> None:
    old = given(client, app)
    lost = refreshed(client, app, old["refresh_token"]).json()
    again = refreshed(client, app, old["refresh_token"])
    assert again.status_code == 200
    assert credentials.token_for(again.json()["access_token"]) is not None
    assert credentials.token_for(lost["access_token"]) is None
    assert refreshed(client, app, again.json()["refresh_token"]).status_code == 200


@pytest.mark.security("A10")
def test_the_second_of_two_at_once_is_no_client_whose_answer_was_lost(
    client: Client, ada: User, app: services.IssuedApp
) -> None:
    """Refuse a request that came before the first one was answered, though it is served only afterwards."""
    old, came = given(client, app), time.time()
    newer = refreshed(client, app, old["refresh_token"]).json()
    refused = refreshed(client, app, old["refresh_token"], came=came)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert credentials.token_for(newer["access_token"]) is not None


@pytest.mark.security("C24")
def test_the_second_of_two_exchanges_at_once_takes_back_nothing(
    client: Client, ada: User, app: services.IssuedApp
) -> None:
    code, came = decided(client, asked(app))["code"], time.time()
    first = exchanged(client, app, code).json()
    assert exchanged(client, app, code, came=came).status_code == 400
    assert credentials.token_for(first["access_token"]) is not None


@pytest.mark.security("A10")
@pytest.mark.asvs("10.4.5")
def test_a_token_whose_answer_was_used_is_stolen_and_all_of_its_kin_end(
    client: Client, ada: User, app: services.IssuedApp
) -> None:
    old = given(client, app)
    newer = refreshed(client, app, old["refresh_token"]).json()
    newest = refreshed(client, app, newer["refresh_token"]).json()
    refused = refreshed(client, app, old["refresh_token"])
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert credentials.token_for(newest["access_token"]) is None
    assert refreshed(client, app, newest["refresh_token"]).status_code == 400


@pytest.mark.security("A10")
def test_the_grace_is_short(client: Client, ada: User, app: services.IssuedApp) -> None:
    old = given(client, app)
    newer = refreshed(client, app, old["refresh_token"]).json()
    RefreshToken.objects.filter(revoked__isnull=False).update(revoked=timezone.now() - timedelta(seconds=61))
    assert refreshed(client, app, old["refresh_token"]).status_code == 400
    assert credentials.token_for(newer["access_token"]) is None


@pytest.mark.security("A10")
def test_what_was_revoked_stays_so(client: Client, ada: User, app: services.IssuedApp) -> None:
    old = given(client, app)
    client.post("/2/oauth2/revoke", {"client_id": app.app.client_id, "token": old["refresh_token"]})
    assert refreshed(client, app, old["refresh_token"]).status_code == 400


@pytest.mark.security("C24")
@pytest.mark.asvs("10.4.2")
def test_the_replay_of_a_code_takes_back_what_it_gave(client: Client, ada: User, app: services.IssuedApp) -> None:
    code = decided(client, asked(app))["code"]
    first = exchanged(client, app, code).json()
    newer = refreshed(client, app, first["refresh_token"]).json()
    again = exchanged(client, app, code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert credentials.token_for(newer["access_token"]) is None
    assert refreshed(client, app, newer["refresh_token"]).status_code == 400


@pytest.mark.security("C24")
def test_the_replay_by_another_app_takes_back_nothing(client: Client, ada: User, app: services.IssuedApp) -> None:
    code = decided(client, asked(app))["code"]
    first = exchanged(client, app, code).json()
    assert exchanged(client, registered(UserFactory.create()), code).status_code == 400
    assert credentials.token_for(first["access_token"]) is not None


# Everything is JSON ---------------------------------------------------------------------------------------------------


def refusal(answer: Any) -> tuple[int, str]:
    assert answer["Content-Type"] == "application/json"
    assert "no-store" in answer["Cache-Control"]
    return answer.status_code, answer.json()["error"]


@pytest.mark.security("A10")
@pytest.mark.parametrize("path", ["/2/oauth2/token", "/oauth2/token", "/2/oauth2/revoke"])
@pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete", "options"])
def test_other_methods_are_refused_in_json(client: Client, path: str, method: str) -> None:
    answer = getattr(client, method)(path)
    assert (answer.status_code, answer["Content-Type"], answer["Allow"]) == (405, "application/json", "POST")


@pytest.mark.security("A10")
@pytest.mark.parametrize("path", ["/2/oauth2/", "/2/oauth2", "/2/oauth2/tokens", "/oauth2/x/y", "/oauth2/", "/oauth2"])
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_other_paths_are_refused_in_json(client: Client, path: str, method: str) -> None:
    assert refusal(getattr(client, method)(path)) == (404, "not_found")


@pytest.mark.security("A10")
@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b"{"),
        ("application/json", b"[]"),
        ("application/json", b'{"grant_type": 1}'),
        ("application/json", b'{"grant_type": "refresh_token", "refresh_token": "\\u0000"}'),
        ("application/json", b'{"a": "' + b"x" * 70_000 + b'"}'),
        ("application/json", b"\xff"),
        ("multipart/form-data; boundary=", b"x"),
        ("multipart/form-data; boundary=a", b"x"),
        ("text/plain", b"grant_type=refresh_token"),
        ("application/x-www-form-urlencoded", b"grant_type=%ff%fe"),
        ("application/x-www-form-urlencoded", b"client_id=%00&token=x&grant_type=authorization_code&code=%00"),
        ("application/x-www-form-urlencoded", b"grant_type=urn:ietf:params:oauth:grant-type:device_code"),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % number for number in range(1100))),
        ("application/x-www-form-urlencoded", b"a=" + b"x" * 2_700_000),
    ],
)
@pytest.mark.parametrize("path", ["/2/oauth2/token", "/2/oauth2/revoke"])
def test_what_cannot_be_read_is_refused_in_json(client: Client, path: str, content_type: str, body: bytes) -> None:
    assert refusal(client.generic("POST", path, body, content_type=content_type))[0] in (400, 401)


@pytest.mark.security("A10")
@pytest.mark.parametrize("path", ["/2/oauth2/token", "/2/oauth2/revoke"])
@pytest.mark.parametrize(("fault", "status"), [(OperationalError("away"), 503), (RuntimeError("broken"), 500)])
def test_a_fault_is_told_in_json(
    client: Client,
    app: services.IssuedApp,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    fault: Exception,
    status: int,
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise fault

    monkeypatch.setattr("accounts.oauth.Validator._load_application", broken)
    body = {"grant_type": "refresh_token", "refresh_token": "x", "token": "x", "client_id": app.app.client_id}
    assert refusal(client.post(path, body))[0] == status


@pytest.mark.security("A10")
@pytest.mark.parametrize("path", ["/2/oauth2/token?x=%zz", "/2/oauth2/revoke?x=%zz", "/2/oauth2/token?x=%ff"])
def test_an_address_that_cannot_be_decoded_is_refused_in_json(client: Client, path: str) -> None:
    assert refusal(client.post(path, {"grant_type": "refresh_token"}))[0] == 400


@pytest.mark.security("F13")
@pytest.mark.parametrize("path", ["/2/oauth2/token", "/oauth2/token", "/2/oauth2/revoke"])
def test_a_wrong_secret_is_asked_for_again_by_basic(client: Client, path: str) -> None:
    body = {"grant_type": "client_credentials", "token": "x"}
    answer = client.post(path, body, headers=basic(for_itself(), "wrong"))
    assert (answer["WWW-Authenticate"], refusal(answer)) == ('Basic realm="oauth2"', (401, "invalid_client"))


@pytest.mark.asvs("6.3.1")
def test_secrets_are_not_guessed_for_ever(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.views.oauth.MOST_REFUSALS", 2)
    own = for_itself()
    answers = [client.post("/2/oauth2/revoke", {"token": "x"}, headers=basic(own, "wrong")) for _ in range(3)]
    assert [refusal(answer)[0] for answer in answers] == [401, 401, 429]
    assert answers[-1]["Retry-After"] == "900"
    elsewhere = client.post("/2/oauth2/revoke", {"token": "x"}, headers=basic(own), REMOTE_ADDR="10.1.2.3")
    assert elsewhere.status_code == 200


@pytest.mark.security("F13")
def test_clients_without_a_secret_are_among_those_that_the_site_knows(client: Client) -> None:
    told = client.get("/.well-known/oauth-authorization-server").json()
    for endpoint in ("token", "revocation"):
        assert "none" in told[f"{endpoint}_endpoint_auth_methods_supported"]


# The person who is asked ----------------------------------------------------------------------------------------------


@pytest.mark.security("F10")
@pytest.mark.parametrize("allow", [True, False])
def test_the_app_hears_from_which_site_an_answer_comes(
    client: Client, ada: User, app: services.IssuedApp, settings: Any, allow: bool
) -> None:
    settings.PUBLIC_ORIGIN = ORIGIN
    back = decided(client, asked(app), allow=allow)
    assert (back["iss"], back["state"], "code" in back) == (ORIGIN, "s", allow)
    told = client.get("/.well-known/oauth-authorization-server", headers={"host": "testserver"}).json()
    assert told["issuer"] == ORIGIN
    assert all(told[f"{name}_endpoint"].startswith(f"{ORIGIN}/") for name in ("authorization", "token", "revocation"))


@pytest.mark.security("F10")
@pytest.mark.parametrize(
    "wrong",
    [{"scope": "nonsense"}, {"response_type": "token"}, {"prompt": "none"}],
    ids=lambda wrong: next(iter(wrong)),
)
def test_so_it_does_with_an_error(
    client: Client, app: services.IssuedApp, settings: Any, wrong: dict[str, str]
) -> None:
    settings.PUBLIC_ORIGIN = ORIGIN
    if "prompt" not in wrong:
        client.force_login(UserFactory.create())
    back = client.get("/i/oauth2/authorize", asked(app, **wrong))["Location"]
    assert back.startswith(BACK) and "error=" in back and back.count("iss=") == 1


@pytest.mark.security("C24")
@pytest.mark.asvs("10.7.2")
def test_the_person_reads_who_made_the_app_and_where_they_are_sent(
    client: Client, ada: User, app: services.IssuedApp
) -> None:
    page = client.get("/i/oauth2/authorize", asked(app)).content.decode()
    assert "<strong>@maker</strong>" in page and "<strong>https://reader.example</strong>" in page


SAFE = [
    "https://reader.example/back?a=b",
    "https://reader.example:8443",
    "http://127.0.0.1:8080/back",
    "http://127.0.0.1/back",
    "http://[::1]:9000/back",
    "http://localhost:3000/back",
]
UNSAFE = [
    "http://reader.example/back",
    "http://127.0.0.1.evil.example/",
    "http://10.0.0.1/",
    "https://ada@reader.example/",
    "https://ada:secret@reader.example/",
    "https://reader.example;script-src/",
    "https://reader.example,evil.example/",
    "https://reader.example/'x'",
    "https://reader.example/back#part",
    "https://*.reader.example/",
    "https://reader.exämple/",
    "https://reader.example\\@evil.example/",
    "https:///back",
    "ftp://reader.example/",
    "javascript:alert(1)",
    "//reader.example/",
]


@pytest.mark.security("C24")
@pytest.mark.parametrize("address", SAFE)
def test_people_may_be_sent_to_these(client: Client, ada: User, address: str) -> None:
    app = registered(ada, redirect_uris=address)
    page = client.get("/i/oauth2/authorize", asked(app, redirect_uri=address))
    assert page.status_code == 200
    allowed = "http:" if "[" in address else page.context["origin"]
    assert f"form-action 'self' {allowed};" in page["Content-Security-Policy"] + ";"


@pytest.mark.security("C24")
def test_nor_does_the_admin_register_them(client: Client) -> None:
    staff = UserFactory.create(is_staff=True, is_superuser=True)
    client.force_login(staff)
    fields = {
        "client_id": "x", "name": "x", "client_type": "public", "authorization_grant_type": "authorization-code",
        "user": str(staff.pk), "algorithm": "", "client_secret": "",
    }  # fmt: skip
    for address, is_made in (("http://reader.example/back", False), ("https://reader.example/back", True)):
        client.post("/admin/oauth2_provider/application/add/", {**fields, "redirect_uris": address})
        assert Application.objects.exists() is is_made


@pytest.mark.security("C24")
@pytest.mark.parametrize("address", UNSAFE)
def test_nobody_is_sent_to_these_however_they_came_to_be_registered(client: Client, ada: User, address: str) -> None:
    with pytest.raises(BadInput):
        registered(ada, redirect_uris=address)
    app = registered(ada)
    Application.objects.update(redirect_uris=address)
    for more in ({"redirect_uri": address}, {"redirect_uri": ""}):
        form = {name: value for name, value in asked(app, **more).items() if value}
        assert client.get("/i/oauth2/authorize", form).status_code == 400
        assert client.post("/i/oauth2/authorize", form | {"allow": "Authorize"}, query_params=form).status_code == 400


@pytest.mark.security("C24")
def test_refusing_sends_nobody_to_an_address_that_the_app_does_not_have(
    client: Client, ada: User, app: services.IssuedApp
) -> None:
    form = asked(app, redirect_uri="https://evil.example/")
    assert client.post("/i/oauth2/authorize", form, query_params=asked(app)).status_code == 400


@pytest.mark.security("A10")
def test_a_form_that_is_older_than_the_app_is_refused_on_a_page(
    client: Client, ada: User, app: services.IssuedApp
) -> None:
    form = asked(app)
    Application.objects.all().delete()
    assert client.post("/i/oauth2/authorize", form | {"allow": "Authorize"}, query_params=form).status_code == 400
    assert client.post("/i/oauth2/authorize", {"allow": "Authorize"}).status_code == 400


@pytest.mark.security("A10")
@pytest.mark.parametrize("query", ["x=%zz", "client_id=%00", "client_id=%ff", "", "client_id=x&client_id=y"])
def test_an_address_that_asks_nothing_is_refused_at_both(client: Client, ada: User, query: str) -> None:
    assert client.get(f"/i/oauth2/authorize?{query}").status_code == 400
    answer = client.get(f"/2/oauth2/authorize?{query}")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/json")
    page = client.get(f"/2/oauth2/authorize?{query}", headers={"accept": "text/html"})
    assert page["Content-Type"].startswith("text/html")


def test_no_token_is_left_of_a_code_that_was_refused(client: Client, ada: User, app: services.IssuedApp) -> None:
    code = decided(client, asked(app))["code"]
    tokens(client, app, grant_type="authorization_code", code=code, code_verifier="w" * 64)
    assert not AccessToken.objects.exists()
