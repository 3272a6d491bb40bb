"""Bookmarks, muted people and edits of posts, as X's API has them."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts import services as accounts
from accounts.models import Block, Mute, MutedWord, User
from spaces_project.common.api.kinds import moment
from tests.api.conftest import Program
from tests.factories import PostFactory, UserFactory
from timeline import services
from timeline.models import Bookmark

pytestmark = [pytest.mark.django_db, pytest.mark.redis]


@pytest.fixture
def ada() -> User:
    return UserFactory.create(username="ada")


@pytest.fixture
def grace() -> User:
    return UserFactory.create(username="grace")


@pytest.fixture
def client(ada: User, program: Program) -> Client:
    return program(ada)


def read(client: Client, path: str) -> Any:
    answer = client.get(f"/2/{path}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def send(client: Client, path: str, body: dict[str, str]) -> Any:
    return client.post(f"/2/{path}", body, content_type="application/json")


def every_page(client: Client, path: str) -> list[list[str]]:
    """Return the ids on each page of two, up to the last page."""
    pages, token = [], ""
    while True:
        page = read(client, f"{path}?max_results=2{token}")
        pages.append([row["id"] for row in page.get("data", [])])
        if "next_token" not in page["meta"]:
            return pages
        token = f"&pagination_token={page['meta']['next_token']}"


# Bookmarks ------------------------------------------------------------------------------------------------------------


def test_a_bookmark_is_added_once_and_removed(client: Client, ada: User) -> None:
    post = PostFactory.create()
    for _ in range(2):
        added = send(client, f"users/{ada.pk}/bookmarks", {"tweet_id": str(post.pk)})
        assert (added.status_code, added.json()) == (200, {"data": {"bookmarked": True}})
    assert read(client, f"users/{ada.pk}/bookmarks")["data"][0]["id"] == str(post.pk)
    for _ in range(2):
        removed = client.delete(f"/2/users/{ada.pk}/bookmarks/{post.pk}")
        assert (removed.status_code, removed.json()) == (200, {"data": {"bookmarked": False}})
    assert read(client, f"users/{ada.pk}/bookmarks") == {"meta": {"result_count": 0}}


def test_bookmarks_come_page_by_page_the_one_added_last_first(client: Client, ada: User) -> None:
    posts = PostFactory.create_batch(5)
    added = [posts[number] for number in (2, 0, 4, 1, 3)]
    for post in added:
        services.bookmark_post(user=ada, post_id=post.pk)
    latest_first = [str(post.pk) for post in reversed(added)]
    pages = every_page(client, f"users/{ada.pk}/bookmarks")
    assert pages == [latest_first[:2], latest_first[2:4], latest_first[4:]]
    second = read(client, f"users/{ada.pk}/bookmarks?max_results=4")["meta"]["next_token"]
    before = read(client, f"users/{ada.pk}/bookmarks?max_results=4&pagination_token={second}")["meta"]["previous_token"]
    back = read(client, f"users/{ada.pk}/bookmarks?max_results=4&pagination_token={before}")
    assert [post["id"] for post in back["data"]] == latest_first[:4]


def test_bookmarks_have_the_fields_and_expansions_of_posts(client: Client, ada: User, grace: User) -> None:
    services.bookmark_post(user=ada, post_id=PostFactory.create(author=grace).pk)
    found = read(client, f"users/{ada.pk}/bookmarks?expansions=author_id&tweet.fields=created_at")
    assert "created_at" in found["data"][0]
    assert [user["username"] for user in found["includes"]["users"]] == ["grace"]


def test_a_bookmark_of_a_repost_is_one_of_the_original(client: Client, ada: User, grace: User) -> None:
    original = PostFactory.create()
    repost = services.repost_post(user=grace, post_id=original.pk)
    send(client, f"users/{ada.pk}/bookmarks", {"tweet_id": str(repost.pk)})
    assert [post["id"] for post in read(client, f"users/{ada.pk}/bookmarks")["data"]] == [str(original.pk)]
    client.delete(f"/2/users/{ada.pk}/bookmarks/{repost.pk}")
    assert not Bookmark.objects.exists()


def test_a_bookmark_of_a_post_that_is_hidden_now_is_left_out_and_can_be_removed(
    client: Client, ada: User, grace: User
) -> None:
    hidden, shown = PostFactory.create(author=grace), PostFactory.create()
    for post in (hidden, shown):
        services.bookmark_post(user=ada, post_id=post.pk)
    Block.objects.create(blocker=grace, blocked=ada)
    found = read(client, f"users/{ada.pk}/bookmarks")
    assert ([post["id"] for post in found["data"]], found["meta"]["result_count"]) == ([str(shown.pk)], 1)
    client.delete(f"/2/users/{ada.pk}/bookmarks/{hidden.pk}")
    assert [row.post for row in Bookmark.objects.all()] == [shown]


def test_a_folder_of_bookmarks_is_refused_by_its_name(client: Client, ada: User) -> None:
    body = {"tweet_id": str(PostFactory.create().pk), "folder_id": "1"}
    refused = send(client, f"users/{ada.pk}/bookmarks", body)
    assert (refused.status_code, list(refused.json()["errors"][0]["parameters"])) == (400, ["folder_id"])
    assert not Bookmark.objects.exists()


# Muting ---------------------------------------------------------------------------------------------------------------


def test_a_person_is_muted_once_and_shown_again(client: Client, ada: User, grace: User) -> None:
    for _ in range(2):
        muted = send(client, f"users/{ada.pk}/muting", {"target_user_id": str(grace.pk)})
        assert (muted.status_code, muted.json()) == (200, {"data": {"muting": True}})
    found = read(client, f"users/{ada.pk}/muting?user.fields=public_metrics")
    assert (found["data"][0]["id"], found["meta"]["result_count"]) == (str(grace.pk), 1)
    assert "public_metrics" in found["data"][0]
    for _ in range(2):
        shown = client.delete(f"/2/users/{ada.pk}/muting/{grace.pk}")
        assert (shown.status_code, shown.json()) == (200, {"data": {"muting": False}})
    assert read(client, f"users/{ada.pk}/muting") == {"meta": {"result_count": 0}}


def test_muted_people_come_page_by_page_the_latest_first(client: Client, ada: User) -> None:
    people = UserFactory.create_batch(3)
    for person in (*people, UserFactory.create(is_active=False)):
        Mute.objects.create(muter=ada, muted=person)
    latest_first = [str(person.pk) for person in reversed(people)]
    assert every_page(client, f"users/{ada.pk}/muting") == [latest_first[:2], latest_first[2:]]


@pytest.mark.parametrize(("target", "status"), [("ada", 400), ("nobody", 404), ("no id", 400)])
def test_a_person_who_cannot_be_muted_is_refused(client: Client, ada: User, target: str, status: int) -> None:
    ids = {"ada": str(ada.pk), "nobody": "999999999", "no id": "x"}
    refused = send(client, f"users/{ada.pk}/muting", {"target_user_id": ids[target]})
    assert refused.status_code == status
    if status == 400:
        assert list(refused.json()["errors"][0]["parameters"]) == ["target_user_id"]
    assert not Mute.objects.exists()


def test_the_home_timeline_is_without_muted_people_and_words(client: Client, ada: User, grace: User) -> None:
    alan = UserFactory.create()
    for person in (grace, alan):
        accounts.follow_user(follower=ada, followee=person)
    services.create_post(author=grace, text="Loud")
    services.create_post(author=alan, text="A spoiler")
    quiet = services.create_post(author=alan, text="Quiet")
    accounts.mute_user(muter=ada, muted=grace)
    MutedWord.objects.create(user=ada, text="spoiler")
    found = read(client, f"users/{ada.pk}/timelines/reverse_chronological")
    assert [post["id"] for post in found["data"]] == [str(quiet.pk)]
    assert read(client, f"users/{grace.pk}/tweets")["meta"]["result_count"] == 1


# Only for oneself -----------------------------------------------------------------------------------------------------


@pytest.mark.asvs("8.2.2")
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("get", "bookmarks", None),
        ("post", "bookmarks", {"tweet_id": "1"}),
        ("delete", "bookmarks/1", None),
        ("get", "muting", None),
        ("post", "muting", {"target_user_id": "1"}),
        ("delete", "muting/1", None),
    ],
)
def test_the_id_in_the_address_is_that_of_the_token(
    client: Client, grace: User, method: str, path: str, body: dict[str, str] | None
) -> None:
    services.bookmark_post(user=grace, post_id=PostFactory.create().pk)

    def refusal(of: str, sent: dict[str, str] | None) -> tuple[int, Any]:
        call = getattr(client, method)
        answer = call(f"/2/users/{grace.pk}/{of}", *([sent] if sent else []), content_type="application/json")
        return answer.status_code, answer.json()

    def neighbor() -> tuple[int, Any]:
        answer = send(client, f"users/{grace.pk}/following", {"target_user_id": "1"})
        return answer.status_code, answer.json()

    assert refusal(path, body) == neighbor()
    assert neighbor()[0] == 403


# Edits ----------------------------------------------------------------------------------------------------------------


def controls(client: Client, post_id: int) -> dict[str, Any]:
    found = read(client, f"tweets/{post_id}?tweet.fields=edit_controls")["data"]
    assert found["edit_history_tweet_ids"] == found["edit_history_post_ids"] == [str(post_id)]
    return dict(found["edit_controls"])


def test_a_post_says_how_often_and_until_when_it_may_be_edited(client: Client, ada: User) -> None:
    post = services.create_post(author=ada, text="Frist")
    until = moment(post.created_at + timedelta(minutes=30))
    assert controls(client, post.pk) == {"edits_remaining": 5, "is_edit_eligible": True, "editable_until": until}
    for text in ("First", "First!"):
        services.edit_post(user=ada, post_id=post.pk, text=text)
    assert controls(client, post.pk) == {"edits_remaining": 3, "is_edit_eligible": True, "editable_until": until}
    assert read(client, f"tweets/{post.pk}")["data"]["text"] == "First!"
    assert "edit_controls" not in read(client, f"tweets/{post.pk}")["data"]


def test_a_repost_cannot_be_edited(client: Client, ada: User, grace: User) -> None:
    repost = services.repost_post(user=ada, post_id=PostFactory.create(author=grace).pk)
    found = controls(client, repost.pk)
    assert (found["edits_remaining"], found["is_edit_eligible"]) == (0, False)


def test_a_post_that_is_quoted_says_it_too(client: Client, ada: User) -> None:
    first = services.create_post(author=ada, text="Frist")
    services.edit_post(user=ada, post_id=first.pk, text="First")
    quote = services.create_post(author=ada, text="Look", quote_of_id=first.pk)
    found = read(client, f"tweets/{quote.pk}?post.fields=edit_controls&expansions=referenced_posts")
    assert found["data"]["edit_controls"]["edits_remaining"] == 5
    assert found["includes"]["posts"][0]["edit_controls"]["edits_remaining"] == 4
