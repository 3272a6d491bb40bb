"""The published schema, and schemathesis trying what it promises."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.test import Client
from jsonschema import Draft202012Validator
from oauth2_provider.models import AccessToken
from pytest_django import Settings

from accounts.services import NEVER
from spaces_project.common.api.scopes import SCOPES
from tests.api.catalogue import endpoints
from tests.api.clients import House, house

__all__ = ["house"]

FEW = 150
CASES = int(os.environ.get("API_CASES", FEW))
"""For each kind of token; `make api-schema` tries many more."""
CHANGELOG = Path(__file__).parents[2] / "docs/changelog.md"
CONFIG = Path(__file__).with_name("schemathesis.toml")
WITHIN_SECONDS = 1_500


def schema(client: Client) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/schema/").json()
    return found


@pytest.mark.asvs("2.1.1")
def test_it_is_openapi_and_has_every_operation(client: Client) -> None:
    published = schema(client)
    named = {operation["operationId"] for path in published["paths"].values() for operation in path.values()}
    assert published["openapi"].startswith("3.1")
    assert named == {endpoint.operation.name for endpoint in endpoints()}


def test_its_version_is_the_newest_of_the_changelog(client: Client) -> None:
    newest = re.search(r"^## (\S+)$", CHANGELOG.read_text(), re.MULTILINE)
    assert newest is not None and schema(client)["info"]["version"] == newest[1]


def test_it_refers_to_nothing_that_is_not_there(client: Client) -> None:
    published = schema(client)
    named = set(re.findall(r"#/components/schemas/(\w+)", str(published)))
    assert named <= set(published["components"]["schemas"])


def test_every_body_has_an_example_that_is_one(client: Client) -> None:
    published = schema(client)
    for endpoint in endpoints():
        operation = endpoint.operation
        [shown] = [
            o for path in published["paths"].values() for o in path.values() if o["operationId"] == operation.name
        ]
        for kind, place in ((operation.body, shown.get("requestBody")), (operation.answer, answer_of(shown))):
            if kind not in (None, type(None)):
                example = place["content"]["application/json"]["example"]
                assert msgspec.convert(example, kind) is not None, example
                assert "text" not in leaves(example) or operation.name in FLEETS, operation.name


def answer_of(operation: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(a for status, a in operation["responses"].items() if status.startswith("2"))
    return found


@pytest.mark.security("F11")
def test_no_default_breaks_the_schema_it_stands_in(client: Client) -> None:
    published = schema(client)
    parameters = [(p["name"], p["schema"]) for o in operations(published) for p in o["parameters"]]
    properties = [
        (f"{kind}.{name}", form)
        for kind, shape in published["components"]["schemas"].items()
        for name, form in shape.get("properties", {}).items()
    ]
    told = [(name, form) for name, form in parameters + properties if "default" in form]
    assert told
    for name, form in told:
        whole = Draft202012Validator({**form, "components": published["components"]})
        assert whole.is_valid(form["default"]), (name, form)


@pytest.mark.security("F12")
def test_every_body_refuses_what_it_does_not_know() -> None:
    open_bodies = [e.operation.name for e in endpoints() if e.operation.body and not refuses_more(e.operation.body)]
    assert open_bodies == []


def refuses_more(kind: type[msgspec.Struct]) -> bool:
    return kind.__struct_config__.forbid_unknown_fields


def operations(published: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for path in published["paths"].values() for operation in path.values()]


FLEETS = ("createFleet", "getFleets")
"""Their `kind` is `text`; anywhere else this is what an example has for want of a better word."""


def leaves(value: Any) -> list[Any]:
    if isinstance(value, dict | list):
        return [leaf for part in (value.values() if isinstance(value, dict) else value) for leaf in leaves(part)]
    return [value]


def test_it_is_browsed_without_anybody_else(client: Client) -> None:
    page = client.get("/api/docs/")
    assert page.status_code == 200
    assert not re.findall(r"(?:src|href)=\"(?:https?:)?//", page.content.decode())


RUNS = [("person", "known"), ("app", "any")]
if CASES > FEW:
    RUNS += [("person", "any"), ("app", "known")]


@pytest.mark.slow
@pytest.mark.timeout(WITHIN_SECONDS)
@pytest.mark.redis
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("kind", "ids"), RUNS)
@pytest.mark.asvs("4.1.1")
def test_it_holds_whatever_is_sent(house: House, settings: Settings, kind: str, ids: str, tmp_path: Path) -> None:
    settings.API_CALLS_PER_WINDOW = 1_000_000
    if kind == "app":
        scopes = " ".join(scope.value for scope in SCOPES)
        AccessToken.objects.create(token="an-app", scope=scopes, expires=NEVER)
    token = house.token if kind == "person" else "an-app"
    config = tmp_path / "schemathesis.toml"
    config.write_text(CONFIG.read_text() + (known(house) if ids == "known" else ""))
    per_operation = max(1, CASES // len(endpoints()))
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("st")), f"--config-file={config}", "run", f"{house.url}/api/schema/",
            f"--header=Authorization: Bearer {token}", "--checks=all", f"--max-examples={per_operation}",
            "--phases=fuzzing", "--continue-on-failure",
            "--generation-deterministic", "--suppress-health-check=all",
        ],
        cwd=tmp_path, capture_output=True, text=True, timeout=WITHIN_SECONDS, check=False,
    )  # fmt: skip
    print(done.stdout[-4000:])
    assert done.returncode == 0, done.stdout[-20_000:]


def known(house: House) -> str:
    """Ids of what is there: with made-up ones little is answered but 404. The Space is not ended while it is asked."""
    ada, bob, live, post = house.ada.pk, house.bob.pk, house.live, house.post
    there = [
        (r"/spaces/\{id\}", f'"path.id" = "{live}", "path.user_id" = "{bob}", "path.post_id" = "{post}"'),
        (r"^/2/users/\{id\}", f'"path.id" = "{ada}", "path.target_user_id" = "{bob}"'),
        (r"^/2/users/\{id\}/bookmarks/", f'"path.id" = "{ada}", "path.tweet_id" = "{post}"'),
        (r"^/2/users/\{source_user_id\}", f'"path.source_user_id" = "{ada}", "path.target_user_id" = "{bob}"'),
        (r"^/2/tweets/\{id\}", f'"path.id" = "{post}"'),
        (r"^/api/v1/(messages|follows|blocks)/", f'"path.user_id" = "{bob}"'),
        (r"^/api/v1/fleets/by/", f'"path.user_id" = "{ada}"'),
        (r"/username/", f'"path.username" = "{house.ada.username}"'),
    ]
    tables = [f"[[operations]]\ninclude-path-regex = '{path}'\nparameters = {{ {ids} }}\n" for path, ids in there]
    ending = "[[operations]]\ninclude-operation-id = ['endSpace']\nenabled = false\n"
    return "\n".join(["", *tables, ending])
