"""X_API's small print: what every answer of the API has in common."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import Block, Follow, User
from spaces.models import Invitation, Reminder, Space, Topic
from spaces.states import SpaceState
from spaces_project.common.store import store
from tests.api.conftest import Program
from tests.factories import PostFactory, SpaceFactory, UserFactory
from tests.spaces.scene import Scene
from timeline.models import Post

pytestmark = [pytest.mark.django_db, pytest.mark.redis]

ALL_FIELDS = (
    "created_at,creator_id,ended_at,host_ids,id,invited_user_ids,is_ticketed,lang,participant_count,scheduled_start,"
    "speaker_ids,started_at,state,subscriber_count,title,topic_ids,updated_at"
)
EVERYTHING = f"space.fields={ALL_FIELDS}&expansions=creator_id,host_ids,speaker_ids,invited_user_ids,topic_ids"


@pytest.fixture
def ada() -> User:
    return UserFactory.create(username="ada")


@pytest.fixture
def api(ada: User, program: Program) -> Client:
    return program(ada)


@pytest.mark.asvs("15.3.1")
def test_id_and_state_are_there_whatever_was_asked_for(api: Client, scene: Scene) -> None:
    data = api.get(f"/2/spaces/{scene.id}?space.fields=title").json()["data"]
    assert data == {"id": scene.id, "state": "live", "title": scene.space.title}


def test_what_has_no_value_has_no_key(api: Client, scene: Scene) -> None:
    data = api.get(f"/2/spaces/{scene.id}?{EVERYTHING}").json()["data"]
    assert not {"ended_at", "scheduled_start", "invited_user_ids", "topic_ids"} & set(data)
    assert None not in data.values()


def test_times_have_milliseconds(api: Client, scene: Scene) -> None:
    Space.objects.update(started_at="2021-05-03T17:00:00Z")
    data = api.get(f"/2/spaces/{scene.id}?space.fields=started_at").json()["data"]
    assert data["started_at"] == "2021-05-03T17:00:00.000Z"


def test_an_expansion_adds_its_field_and_each_object_once(api: Client, scene: Scene) -> None:
    answer = api.get(f"/2/spaces?ids={scene.id}&expansions=creator_id,host_ids").json()
    assert answer["data"][0]["host_ids"] == [str(scene.host.pk), str(scene.cohost.pk)]
    assert [user["id"] for user in answer["includes"]["users"]] == [str(scene.host.pk), str(scene.cohost.pk)]


@pytest.mark.parametrize("name", ["topic_ids", "topics_ids"])
def test_topics_expand_in_either_spelling(api: Client, scene: Scene, name: str) -> None:
    topic = Topic.objects.create(name="Knots")
    scene.space.topics.add(topic)
    answer = api.get(f"/2/spaces/{scene.id}?expansions={name}").json()
    assert answer["data"]["topic_ids"] == [str(topic.pk)]
    assert answer["includes"]["topics"] == [{"id": str(topic.pk), "name": topic.name}]


def test_what_is_not_found_stands_beside_what_is(api: Client, scene: Scene) -> None:
    answer = api.get(f"/2/spaces?ids={scene.id},1Gone").json()
    assert [space["id"] for space in answer["data"]] == [scene.id]
    assert answer["errors"][0]["resource_id"] == "1Gone"
    assert answer["errors"][0]["type"] == "https://api.twitter.com/2/problems/resource-not-found"


@pytest.mark.parametrize("address", ["users/{id}", "tweets/{id}", "users?ids={id}", "users/{id}/tweets?since_id={id}"])
def test_an_id_may_have_as_many_digits_as_on_x(api: Client, address: str) -> None:
    answer = api.get(f"/2/{address.format(id='9' * 19)}")
    assert (answer.status_code, "data" in answer.json()) == (200, False)


def test_an_empty_list_has_a_count_and_no_data(api: Client) -> None:
    assert api.get("/2/spaces/search?query=nothing").json() == {"meta": {"result_count": 0}}


@pytest.mark.parametrize(
    ("query", "parameter"),
    [("max_results=0", "max_results"), ("state=ended", "state"), ("foo=1", "foo"), ("query=a&query=b", "query")],
)
def test_a_bad_parameter_is_named(api: Client, query: str, parameter: str) -> None:
    answer = api.get(f"/2/spaces/search?query=x&{query}")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert parameter in answer.json()["errors"][0]["parameters"]
    assert answer.json()["title"] == "Invalid Request"


@pytest.mark.asvs("10.3.1", "14.2.1")
def test_without_a_token_nothing_is_told(client: Client) -> None:
    answer = client.get("/2/spaces/search?query=x")
    assert answer.status_code == 401
    assert answer.json() == {"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"}


def test_every_answer_says_what_is_left(api: Client, client: Client, settings: Settings) -> None:
    settings.API_CALLS_PER_WINDOW = 2
    left = [api.get("/2/users/me")["x-rate-limit-remaining"] for _ in range(2)]
    spent = api.get("/2/users/me")
    assert (left, spent.status_code, spent["x-rate-limit-remaining"]) == (["1", "0"], 429, "0")
    assert spent.json()["title"] == "Too Many Requests"
    assert int(spent["x-rate-limit-reset"]) > 1_600_000_000
    assert client.get("/2/users/me")["x-rate-limit-limit"] == "2"


def test_tokens_that_are_none_are_counted_by_address(client: Client, settings: Settings) -> None:
    settings.API_CALLS_PER_WINDOW = 2
    tries = [client.get("/2/users/me", headers={"authorization": f"Bearer {n}"}).status_code for n in range(3)]
    assert tries == [401, 401, 429]


@pytest.mark.parametrize(("origin", "is_let_in"), [("https://dash.example", True), ("https://evil.example", False)])
@pytest.mark.asvs("3.4.2")
def test_pages_of_other_sites_call_where_the_operator_named_them(
    api: Client, settings: Settings, origin: str, is_let_in: bool
) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://dash.example"]
    asked = api.options("/2/users/me", headers={"origin": origin, "access-control-request-method": "GET"})
    answer = api.get("/2/users/me", headers={"origin": origin})
    for told in (asked, answer):
        assert ("access-control-allow-origin" in told) is is_let_in
        assert "access-control-allow-credentials" not in told


def test_whoever_prefers_a_page_reads_json_all_the_same(api: Client) -> None:
    assert api.get("/2/users/me", headers={"accept": "text/html"})["Content-Type"] == "application/json"
    assert api.options("/2/users/me").status_code == 405


@pytest.mark.parametrize("method", ["get", "post", "delete"])
@pytest.mark.parametrize("address", ["/2/lists/1", "/2/spaces/", "/api/v1/nothing", "/api/v1/spaces/1a/nothing"])
def test_an_address_that_is_none_is_told_as_any_other_error(
    api: Client, client: Client, method: str, address: str
) -> None:
    answer = getattr(api, method)(address)
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["title"] == "Not Found"
    assert getattr(client, method)(address).status_code == 401


def test_an_unchanged_answer_is_not_sent_again(api: Client) -> None:
    first = api.get("/2/users/me")
    again = api.get("/2/users/me", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_invitations_are_letters(api: Client, program: Program, ada: User, scene: Scene) -> None:
    for person in (ada, scene.outsider):
        Invitation.objects.create(space=scene.space, inviter=scene.host, invitee=person)
    address = f"/2/spaces/{scene.id}?space.fields=invited_user_ids"
    assert api.get(address).json()["data"]["invited_user_ids"] == [str(ada.pk)]
    assert len(program(scene.host).get(address).json()["data"]["invited_user_ids"]) == 2


def test_lists_leave_out_who_blocked_the_reader(api: Client, ada: User, scene: Scene) -> None:
    Block.objects.create(blocker=scene.host, blocked=ada)
    assert api.get("/2/spaces/search?query=Space").json()["meta"]["result_count"] == 0
    assert api.get(f"/2/spaces/by/creator_ids?user_ids={scene.host.pk}").json()["meta"]["result_count"] == 0


def test_protected_posts_are_for_followers(api: Client, ada: User) -> None:
    author = UserFactory.create(protected=True)
    post = PostFactory.create(author=author)
    assert "data" not in api.get(f"/2/tweets/{post.pk}").json()
    assert api.get(f"/2/users/{author.pk}/tweets").json()["errors"][0]["type"].endswith("not-authorized-for-resource")
    Follow.objects.create(follower=ada, followee=author)
    assert api.get(f"/2/tweets/{post.pk}").json()["data"]["text"] == post.text


def test_pages_stay_where_they_are_while_rows_are_added(api: Client, ada: User) -> None:
    PostFactory.create_batch(5, author=ada)
    ids = list(Post.objects.order_by("-pk").values_list("pk", flat=True))
    first = api.get(f"/2/users/{ada.pk}/tweets?max_results=2").json()
    PostFactory.create_batch(3, author=ada)
    address = f"/2/users/{ada.pk}/tweets?max_results=2&pagination_token="
    second = api.get(address + first["meta"]["next_token"]).json()
    back = api.get(address + second["meta"]["previous_token"]).json()
    assert [int(post["id"]) for post in first["data"] + second["data"]] == ids[:4]
    assert back["data"] == first["data"]


def test_following_reads_and_writes_as_x_has_it(api: Client, ada: User) -> None:
    bob = UserFactory.create(username="bob")
    address = f"/2/users/{ada.pk}/following"
    followed = api.post(address, {"target_user_id": str(bob.pk)}, content_type="application/json")
    assert followed.json() == {"data": {"following": True, "pending_follow": False}}
    assert api.get(address).json()["data"] == [{"id": str(bob.pk), "name": "bob", "username": "bob"}]
    assert api.delete(f"{address}/{bob.pk}").json() == {"data": {"following": False}}
    assert api.get(address).json() == {"meta": {"result_count": 0}}


def test_nobody_acts_for_somebody_else(api: Client) -> None:
    bob = UserFactory.create()
    other = api.post(f"/2/users/{bob.pk}/following", {"target_user_id": "1"}, content_type="application/json")
    assert other.status_code == 403


def fill(count: int) -> list[str]:
    spaces = SpaceFactory.create_batch(count, state=SpaceState.SCHEDULED)
    topic = Topic.objects.create(name="Knots")
    for space in spaces:
        space.topics.add(topic)
        Reminder.objects.create(space=space, user=space.creator)
        space.participants.update(spoke=True)
    return [space.public_id for space in spaces]


@pytest.mark.parametrize("count", [1, 20])
def test_the_number_of_queries_does_not_depend_on_the_number_of_spaces(
    api: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ids = ",".join(fill(count))
    store().ping()
    with django_assert_num_queries(13):
        found = api.get(f"/2/spaces?ids={ids}&{EVERYTHING}&user.fields=public_metrics")
    assert len(found.json()["data"]) == count


@pytest.mark.security("A10")
@pytest.mark.parametrize("path", ["/2/users/me", "/api/v1/me"])
def test_a_fault_of_ours_is_told_in_json(api: Client, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("accounts.api.v2.views.users_by_id", broken)
    monkeypatch.setattr("accounts.api.v1.views._account", broken)
    api.raise_request_exception = False
    answer = api.get(path)
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")
    assert answer.json()["status"] == 500
