"""X's two vocabularies side by side, and the calls that programs of both make."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from spaces_project.common.api.vocabulary import TWINS
from tests.api.conftest import Program
from tests.factories import PostFactory, SpaceFactory, UserFactory
from timeline.models import Post

pytestmark = [pytest.mark.django_db, pytest.mark.redis]

OLDER, NEWER = "https://api.twitter.com/2/problems/", "https://api.x.com/2/problems/"
XDK = {"user-agent": "xdk-python/0.10.6"}


@pytest.fixture
def ada() -> User:
    return UserFactory.create(username="ada")


@pytest.fixture
def client(ada: User, program: Program) -> Client:
    return program(ada)


@pytest.fixture
def reply(ada: User) -> Post:
    return PostFactory.create(author=ada, reply_to=PostFactory.create(author=UserFactory.create()))


def get(client: Client, path: str, **headers: str) -> Any:
    answer = client.get(f"/2/{path}", headers=headers)
    assert answer.status_code == 200, answer.content
    return answer.json()


def both(found: dict[str, Any], *names: str) -> bool:
    return all(found[name] == found[TWINS[name]] for name in names)


@pytest.mark.security("F6")
@pytest.mark.parametrize(
    "query",
    [
        "user.fields=subscribes_to_you,id",
        "user.fields=most_recent_post_id,pinned_post_id",
        "expansions=affiliation",
        "expansions=pinned_post_id,most_recent_post_id",
    ],
)
def test_the_newer_words_about_people_are_taken(client: Client, ada: User, query: str) -> None:
    for path in (f"users/{ada.pk}", "users/me", f"users?ids={ada.pk}", f"users/{ada.pk}/followers"):
        get(client, f"{path}{'&' if '?' in path else '?'}{query}")


@pytest.mark.security("F6")
@pytest.mark.parametrize("word", ["edit_history_post_ids", "referenced_posts", "username"])
def test_the_newer_words_about_posts_are_taken(client: Client, reply: Post, word: str) -> None:
    for path in (f"tweets/{reply.pk}?", f"tweets?ids={reply.pk}&", f"users/{reply.author_id}/tweets?"):
        get(client, f"{path}expansions={word}")


@pytest.mark.security("F7")
@pytest.mark.parametrize("expansion", ["referenced_posts", "referenced_tweets.id"])
def test_a_post_is_told_in_both(client: Client, reply: Post, expansion: str) -> None:
    found = get(client, f"tweets/{reply.pk}?expansions={expansion}&post.fields=public_metrics")
    assert both(found["data"], "referenced_tweets", "edit_history_tweet_ids")
    assert found["data"]["referenced_posts"] == [{"type": "replied_to", "id": str(reply.reply_to_id)}]
    assert both(found["data"]["public_metrics"], "retweet_count")
    assert (found["data"]["public_metrics"]["bookmark_count"], found["data"]["public_metrics"]["impression_count"]) == (
        0,
        0,
    )
    assert both(found["includes"], "tweets")


@pytest.mark.security("F7")
def test_a_person_is_told_in_both(client: Client, reply: Post) -> None:
    metrics = get(client, "users/me?user.fields=public_metrics")["data"]["public_metrics"]
    assert both(metrics, "tweet_count") and metrics["post_count"] == 1


@pytest.mark.security("F7")
def test_the_author_comes_with_either_word(client: Client, reply: Post, ada: User) -> None:
    for word in ("username", "author_screen_name", "author_id"):
        found = get(client, f"tweets/{reply.pk}?expansions={word}")
        assert [user["id"] for user in found["includes"]["users"]] == [str(ada.pk)]


@pytest.mark.security("F7")
@pytest.mark.parametrize(
    ("query", "headers", "host"),
    [
        ("", {}, OLDER),
        ("&tweet.fields=id", {}, OLDER),
        ("&user.fields=pinned_tweet_id", XDK, OLDER),
        ("&expansions=pinned_tweet_id", {}, OLDER),
        ("&post.fields=id", {}, NEWER),
        ("&user.fields=id,subscribes_to_you", {}, NEWER),
        ("&expansions=affiliation", {}, NEWER),
        ("", XDK, NEWER),
    ],
)
def test_the_host_of_a_problem_follows_the_words(
    client: Client, ada: User, query: str, headers: dict[str, str], host: str
) -> None:
    found = get(client, f"users?ids={ada.pk},999999999{query}", **headers)
    assert found["data"][0]["id"] == str(ada.pk)
    assert found["errors"][0]["type"] == host + "resource-not-found"
    refused = client.get(f"/2/users?ids=x{query}", headers=headers)
    assert refused.json()["type"] == host + "invalid-request"


@pytest.mark.security("F8")
def test_posts_are_found_by_their_ids_in_their_order(client: Client, ada: User) -> None:
    first, second = PostFactory.create_batch(2, author=ada)
    hidden = PostFactory.create(author=UserFactory.create(protected=True))
    found = get(client, f"tweets?ids={first.pk},{second.pk},{hidden.pk},{first.pk}")
    assert [post["id"] for post in found["data"]] == [str(first.pk), str(second.pk)]
    assert [error["resource_id"] for error in found["errors"]] == [str(hidden.pk)]
    assert found["errors"][0]["parameter"] == "ids"
    assert client.get("/2/tweets").status_code == 400
    assert client.get(f"/2/tweets?ids={','.join(['1'] * 101)}").status_code == 400


def stamp(hours: int) -> str:
    return (timezone.now() - timedelta(hours=hours)).isoformat(timespec="seconds").replace("+00:00", "Z")


@pytest.fixture
def hourly(ada: User) -> list[str]:
    """Ids of five posts, of four hours ago, three, …, newest first."""
    posts = [PostFactory.create(author=ada) for _ in range(5)]
    for age, post in enumerate(reversed(posts)):
        Post.objects.filter(pk=post.pk).update(created_at=timezone.now() - timedelta(hours=age, minutes=1))
    return [str(post.pk) for post in reversed(posts)]


@pytest.mark.security("F9")
@pytest.mark.parametrize("path", ["tweets", "timelines/reverse_chronological"])
@pytest.mark.parametrize(
    ("start", "end", "wanted"),
    [(2, None, slice(0, 2)), (None, 2, slice(2, 5)), (4, 1, slice(1, 4)), (1, 1, slice(0, 0)), (99, None, slice(0, 5))],
)
def test_timelines_begin_and_end_at_a_time(
    client: Client, ada: User, hourly: list[str], path: str, start: int | None, end: int | None, wanted: slice
) -> None:
    times = {name: stamp(hours) for name, hours in (("start_time", start), ("end_time", end)) if hours is not None}
    query = "&".join(f"{name}={value}" for name, value in times.items())
    ids: list[str] = []
    token = ""
    while True:
        page = get(client, f"users/{ada.pk}/{path}?max_results=2&{query}{token}")
        ids += [post["id"] for post in page.get("data", [])]
        if "next_token" not in page["meta"]:
            break
        token = f"&pagination_token={page['meta']['next_token']}"
    assert ids == hourly[wanted]


@pytest.mark.security("F9")
@pytest.mark.parametrize("when", ["yesterday", "2021-13-01T00:00:00Z", "2021-01-01T00:00:00", "1700000000", ""])
def test_what_is_no_time_is_said_by_its_name(client: Client, ada: User, when: str) -> None:
    for name in ("start_time", "end_time"):
        refused = client.get(f"/2/users/{ada.pk}/tweets?{name}={when}")
        assert (refused.status_code, list(refused.json()["errors"][0]["parameters"])) == (400, [name])


def test_reposts_that_are_left_out_do_not_end_a_timeline(client: Client, ada: User) -> None:
    oldest = PostFactory.create(author=ada)
    for post in PostFactory.create_batch(5):
        PostFactory.create(author=ada, repost_of=post, text="")
    page = get(client, f"users/{ada.pk}/timelines/reverse_chronological?exclude=retweets&max_results=2")
    assert [post["id"] for post in page["data"]] == [str(oldest.pk)]


@pytest.mark.security("F12")
@pytest.mark.parametrize(
    ("more", "parameter"),
    [
        ({"reply_settings": "mentionedUsers"}, "reply_settings"),
        ({"media": {"media_ids": ["1"]}}, "media"),
        ({"poll": {"options": ["a", "b"], "duration_minutes": 5}}, "poll"),
        ({"geo": {"place_id": "1"}}, "geo"),
        ({"card_uri": "x"}, "card_uri"),
        ({"nullcast": True}, "nullcast"),
        ({"for_super_followers_only": True}, "for_super_followers_only"),
        ({"reply": {"in_reply_to_tweet_id": "1", "exclude_reply_user_ids": ["1"]}}, "exclude_reply_user_ids"),
        ({"whatever": 1}, "whatever"),
    ],
)
def test_what_a_post_cannot_be_is_refused(client: Client, more: dict[str, Any], parameter: str) -> None:
    refused = client.post("/2/tweets", {"text": "Hello", **more}, content_type="application/json")
    assert (refused.status_code, list(refused.json()["errors"][0]["parameters"])) == (400, [parameter])
    assert not Post.objects.exists()


@pytest.mark.security("F12")
def test_what_every_post_is_may_be_said(client: Client) -> None:
    said = {"reply_settings": "everyone", "nullcast": False, "for_super_followers_only": False}
    assert client.post("/2/tweets", {"text": "Hello", **said}, content_type="application/json").status_code == 201


@pytest.mark.security("F13")
@pytest.mark.parametrize("text", ["x" * 281, " ", "x" * 4001])
def test_a_text_that_is_refused_is_named(client: Client, text: str) -> None:
    refused = client.post("/2/tweets", {"text": text}, content_type="application/json")
    assert (refused.status_code, list(refused.json()["errors"][0]["parameters"])) == (400, ["text"])


@pytest.mark.security("F13")
def test_whom_one_cannot_follow_is_named(client: Client, ada: User) -> None:
    body = {"target_user_id": str(ada.pk)}
    refused = client.post(f"/2/users/{ada.pk}/following", body, content_type="application/json")
    assert refused.json()["errors"][0]["parameters"] == {"target_user_id": [str(ada.pk)]}


@pytest.mark.security("F13")
def test_a_refused_field_has_the_name_that_the_request_had(client: Client) -> None:
    refused = client.patch("/api/v1/me", {"description": "x" * 161}, content_type="application/json")
    assert refused.json()["details"]["field"] == "description"


@pytest.mark.security("F13")
@pytest.mark.parametrize(
    "path",
    [
        "users/search?query=ada", "users/reposts_of_me", "users/public_keys", "users/personalized_trends",
        "tweets/analytics", "tweets/search/recent?query=x", "users/1/mentions", "users/1/bookmarks/folders",
        "users/1/bookmarks/folders/1", "lists/1", "", "users/1/x%0Ay",
    ],
)  # fmt: skip
def test_what_x_has_and_we_do_not_is_not_there(client: Client, path: str) -> None:
    answer = client.get(f"/2/{path}")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_a_live_space_is_found_in_either_words(client: Client) -> None:
    space = SpaceFactory.create()
    for query in (
        "expansions=creator_id&user.fields=subscribes_to_you",
        "space.fields=creator_id&expansions=creator_id",
    ):
        found = get(client, f"spaces/{space.public_id}?{query}")
        assert found["includes"]["users"][0]["id"] == found["data"]["creator_id"]
