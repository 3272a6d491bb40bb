"""A client that openapi-python-client makes from the published schema, used with nothing but what it says."""

import importlib
import inspect
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.test import Client
from openapi_python_client.strings import snake_case

from spaces.services import end_space
from tests.api.catalogue import Endpoint, endpoints
from tests.api.clients import House, house

__all__ = ["house"]

pytestmark = [pytest.mark.redis, pytest.mark.django_db(transaction=True)]

OTHERS = ("getFleets", "listFleetViewers", "getCaptionsFile", "getRecording", "getClip", "listClips")
"""They need what is not in the house, and have no list to page through."""
READS = [endpoint for endpoint in endpoints() if endpoint.method == "get" and endpoint.operation.name not in OTHERS]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """Generated once, and importable as `spaces_client`."""
    directory = tmp_path_factory.mktemp("generated")
    (directory / "schema.json").write_bytes(Client().get("/api/schema/").content)
    (directory / "config.yml").write_text("post_hooks: []\n")
    program = Path(sys.executable).with_name("openapi-python-client")
    done = subprocess.run(
        [program, "generate", "--path=schema.json", "--output-path=spaces_client", "--meta=none",
         "--config=config.yml"],
        cwd=directory, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0 and "WARNING" not in done.stdout, done.stdout + done.stderr
    sys.path.insert(0, str(directory))
    yield importlib.import_module("spaces_client")
    sys.path.remove(str(directory))


@pytest.fixture
def client(written: ModuleType, house: House) -> Any:
    return written.AuthenticatedClient(base_url=house.url, token=house.token, raise_on_unexpected_status=True)


def called(client: Any, operation: str, *path: str, **arguments: Any) -> Any:
    """Return the whole answer of an operation, by its id in the schema."""
    tag = next(endpoint.operation.tag for endpoint in endpoints() if endpoint.operation.name == operation)
    module = importlib.import_module(f"spaces_client.api.{snake_case(tag)}.{snake_case(operation)}")
    return module.sync_detailed(*path, client=client, **arguments)


def model(name: str) -> Any:
    return getattr(importlib.import_module("spaces_client.models"), name)


REQUIRED: dict[str, Any] = {
    "findSpacesByIds": {"ids": ["{live}"]},
    "findSpacesByCreatorIds": {"user_ids": ["{ada}"]},
    "searchSpaces": {"query": "Space"},
    "findUsersById": {"ids": ["{ada}"]},
    "findUsersByUsername": {"usernames": ["{name}"]},
    "findTweetsById": {"ids": ["{post}"]},
}


def ids(house: House, endpoint: Endpoint) -> dict[str, str]:
    """Return what the path of an operation names, of things that are there."""
    about_spaces = "spaces/" in endpoint.route
    thing = house.live if about_spaces else str(house.post if "2/tweets" in endpoint.route else house.ada.pk)
    return {"id": thing, "user_id": str(house.bob.pk), "username": house.ada.username}


@pytest.mark.security("F11")
@pytest.mark.parametrize("endpoint", READS, ids=str)
def test_every_read_is_answered_with_its_defaults(client: Any, house: House, endpoint: Endpoint) -> None:
    told = json.dumps(REQUIRED.get(endpoint.operation.name, {}))
    names = {"live": house.live, "ada": house.ada.pk, "name": house.ada.username, "post": house.post}
    for name, value in names.items():
        told = told.replace(f"{{{name}}}", str(value))
    named = [value for name, value in ids(house, endpoint).items() if f":{name}>" in endpoint.route]
    if endpoint.operation.name == "getSpaceLog":
        end_space(public_id=house.live, user=house.ada)
    answer = called(client, endpoint.operation.name, *named, **json.loads(told))
    assert answer.status_code == 200, answer.content


@pytest.mark.security("F11")
def test_it_pages_to_the_end(client: Any, house: House) -> None:
    made = [called(client, "createTweet", body=model("NewPost")(text=f"Number {n}")).parsed.data.id for n in range(4)]
    found: list[str] = []
    token: dict[str, str] = {}
    while True:
        page = called(client, "usersIdTweets", str(house.ada.pk), max_results=2, **token).parsed
        found += [post.id for post in page.data]
        if not page.meta.next_token:
            break
        token = {"pagination_token": page.meta.next_token}
    assert found == [*reversed(made), str(house.post)]


def test_it_creates_with_its_defaults(client: Any, house: House) -> None:
    end_space(public_id=house.live, user=house.ada)
    made = called(client, "createSpace", body=model("NewSpace")(title="Tea"))
    assert (made.status_code, made.parsed.space.state, made.parsed.you.role) == (201, "live", "host")
    assert made.parsed.place and made.parsed.lease_seconds
    again = called(client, "createSpace", body=model("NewSpace")(title="More tea"), idempotency_key="a")
    assert (again.status_code, again.parsed.code) == (409, "already_hosting")
    followed = called(
        client, "usersIdFollow", str(house.ada.pk), body=model("FollowBody")(target_user_id=str(house.bob.pk))
    )
    assert followed.parsed.data.following is True


def test_errors_are_read(client: Any, house: House, written: ModuleType) -> None:
    bad = called(client, "searchSpaces", query="x" * 2049)
    assert (bad.status_code, bad.parsed.title) == (400, "Invalid Request")
    assert "query" in bad.parsed.errors[0].parameters.additional_properties
    gone = called(client, "getSpace", "1Gone")
    assert (gone.status_code, gone.parsed.code) == (404, "not_found")
    stranger = written.AuthenticatedClient(base_url=house.url, token="wrong")
    assert called(stranger, "findMyUser").parsed.status == 401


def test_every_operation_is_there(written: ModuleType) -> None:
    for endpoint in endpoints():
        name, tag = snake_case(endpoint.operation.name), snake_case(endpoint.operation.tag)
        module = importlib.import_module(f"spaces_client.api.{tag}.{name}")
        assert inspect.isfunction(module.sync_detailed)
