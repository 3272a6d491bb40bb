"""Every address with values that no page of ours makes: refused or not found, never an error of the server."""

import itertools
from collections.abc import Iterator

import pytest
from django.db import DataError
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import User
from accounts.services import create_personal_token
from spaces_project.common.api.scopes import SCOPES
from spaces_project.common.ids import LARGEST_ID, parse_id
from spaces_project.middleware import Unstorable
from tests.factories import UserFactory
from tests.spaces.scene import Scene

pytestmark = [pytest.mark.security("C25"), pytest.mark.asvs("1.4.2"), pytest.mark.django_db, pytest.mark.redis]

HUGE = "1234567890123456789012345"
VALUES = {
    "id": (HUGE, str(LARGEST_ID + 1), str(LARGEST_ID), "0"),
    "int": (HUGE, "0"),
    "slug": (HUGE, "x" * 300, "-"),
    "str": (HUGE, str(LARGEST_ID + 1), "%00", "%F0%9F%92%A9", "x" * 300),
    "username": ("ada", "nobody_here"),
    "path": ("%00", "../x", "x" * 300),
}
ODD = (HUGE, "-1", "1.5", "٣", "\x00", "1\x00", "\ud7ff", "x" * 3000, "'")
FIELDS = [
    "before",
    "after",
    "page",
    "topic",
    "q",
    "space",
    "reply_to",
    "quote_of",
    "person",
    "caption",
    "clip",
    "start",
    "end",
    "text",
    "title",
    "when",
    "topics",
    "post",
    "user_ids",
    "background",
    "display_name",
    "bio",
    "days",
    "scopes",
    "name",
    "reason",
    "posts_after",
    "redirect_uri",
    "client_id",
    "next",
    "speak_policy",
]


NOT_WALKED = ("admin/", "metrics", "healthz", "api/")


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for found in resolver.url_patterns:
        route = prefix + str(getattr(found.pattern, "_route", ""))
        if isinstance(found, URLResolver):
            yield from patterns(found, route)
        else:
            yield route, found


ROUTES = sorted({route for route, _ in patterns(get_resolver()) if not route.startswith(NOT_WALKED)})
API = sorted({route for route, _ in patterns(get_resolver()) if route.startswith(("api/v1", "2/"))})


def filled(route: str) -> Iterator[str]:
    """The route with each combination of odd values of its parts, one after the other."""
    pieces = route.replace(">", "<").split("<")
    kinds = [piece.partition(":")[0] for piece in pieces[1::2]]
    for chosen in itertools.zip_longest(*(VALUES[kind] for kind in kinds), fillvalue="0"):
        values = iter(chosen)
        yield "/" + "".join(next(values) if number % 2 else piece for number, piece in enumerate(pieces))
    if not kinds:
        yield "/" + route


@pytest.fixture
def ada(scene: Scene) -> User:
    return UserFactory.create(username="ada", followers_count=600)


@pytest.fixture
def client(ada: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(ada)
    return client


def test_no_route_of_ours_takes_a_number_without_a_bound() -> None:
    assert len(ROUTES) > 40
    assert [route for route in ROUTES + API if "<int:" in route and not route.startswith("accounts/")] == []


@pytest.mark.parametrize("route", [route for route in ROUTES if "logout" not in route])
def test_a_page_answers_odd_addresses_and_fields(client: Client, ada: User, route: str) -> None:
    for path in filled(route):
        client.force_login(ada)
        answers = [client.get(path), client.post(path, {}), client.get(path, headers={"HX-Request": "true"})]
        assert [answer.status_code for answer in answers if answer.status_code >= 500] == [], path
    for odd in ODD:
        client.force_login(ada)
        fields = dict.fromkeys(FIELDS, odd)
        address = path if "<" in route else "/" + route
        answers = [client.get(address, fields), client.post(address, fields)]
        answers.append(client.post(address, fields | {"act": "schedule"}, headers={"accept": "application/json"}))
        assert [answer.status_code for answer in answers if answer.status_code >= 500] == [], (address, odd)


@pytest.mark.parametrize("route", API)
def test_the_api_answers_odd_addresses(ada: User, route: str) -> None:
    key = create_personal_token(user=ada, name="t", scopes=[scope.value for scope in SCOPES]).key
    client = Client(raise_request_exception=False, headers={"authorization": f"Bearer {key}"})
    for path in filled(route):
        for method in ("get", "post", "put", "patch", "delete"):
            answer = client.generic(method.upper(), path, b"{}", content_type="application/json")
            assert answer.status_code < 500, (method, path)


def test_odd_parts_beside_a_real_one(client: Client, scene: Scene) -> None:
    pages = (
        "/messages/ada?before={}",
        "/notifications?before={}",
        "/?before={}",
        "/i/spaces?page={}",
        "/i/spaces?topic={}",
        "/compose?reply_to={}",
        "/compose?space={}",
        "/i/report?space={}",
        "/i/report?person={}",
        "/i/badges?posts_after={}",
        "/ada/posts?before={}",
        "/ada/followers?after={}",
        f"/i/spaces/{scene.id}/invitations?q={{}}",
    )
    for page, odd in itertools.product(pages, (HUGE, str(LARGEST_ID + 1), "%00", "-1", "%D9%A3")):
        assert client.get(page.format(odd)).status_code < 500, page.format(odd)


@pytest.mark.parametrize(
    "fields", [{"text": "x", "after": HUGE}, {"text": "x", "after": str(LARGEST_ID + 1)}, {"text": "x", "after": "٣"}]
)
def test_a_message_with_an_odd_place_is_sent(client: Client, fields: dict[str, str]) -> None:
    grace = UserFactory.create(username="grace")
    assert client.post(f"/messages/{grace.username}", fields, headers={"HX-Request": "true"}).status_code < 400


@pytest.mark.parametrize("topic", [HUGE[:24], str(LARGEST_ID + 1), "x", "\x00"])
def test_a_topic_that_no_database_holds_is_refused(client: Client, topic: str) -> None:
    assert client.post("/i/spaces", {"title": "x", "topics": topic}).status_code == 400


def test_there_is_one_spelling_of_an_id() -> None:
    told = {
        text: parse_id(text) for text in ("0", "7", str(LARGEST_ID), str(LARGEST_ID + 1), HUGE, "٣", "-1", "", "1\n")
    }
    assert told == dict.fromkeys(told, None) | {"0": 0, "7": 7, str(LARGEST_ID): LARGEST_ID}


@pytest.mark.parametrize("error", [DataError("NUL"), OverflowError("too large")])
def test_what_a_database_refuses_is_a_bad_request(rf: RequestFactory, error: Exception) -> None:
    """PostgreSQL has no text with NUL: views of libraries hand it over as it came."""
    answer = Unstorable(lambda request: HttpResponse()).process_exception(rf.get("/"), error)
    assert answer is not None and answer.status_code == 400
    assert Unstorable(lambda request: HttpResponse()).process_exception(rf.get("/"), ValueError()) is None
