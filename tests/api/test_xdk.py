"""X's own current SDK for Python, as it comes, with its host changed."""

import inspect
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
import requests
from xdk import Client, schemas

from accounts import credentials, services
from tests.api.clients import House, house
from tests.api.person import BACK, SCOPES, app_of, approves, with_password
from tests.api.recorded import Recorded, recording
from timeline.services import bookmark_post

__all__ = ["house"]

pytestmark = [pytest.mark.redis, pytest.mark.django_db(transaction=True)]

GONE = "1Gone"


@pytest.fixture
def recorded() -> Iterator[Recorded]:
    with recording() as found:
        yield found


@pytest.fixture
def x(house: House, recorded: Recorded) -> Client:
    return Client(base_url=house.url, access_token=house.token)


def everything(method: Callable[..., Any]) -> dict[str, list[str]]:
    """Return every field and expansion that a method of the SDK knows, as its own annotations have them."""
    kinds = inspect.get_annotations(method)
    listed = {name: str(kind) for name, kind in kinds.items() if name.endswith("_fields") or name == "expansions"}
    return {name: re.findall(r"['\"]([\w.]+)['\"]", kind) for name, kind in listed.items()}


CALLS: Final[dict[str, dict[str, Any]]] = {
    "spaces.get_by_id": {"id": "{live}"},
    "spaces.get_by_ids": {"ids": ["{live}", GONE]},
    "spaces.get_by_creator_ids": {"user_ids": ["{ada}"]},
    "spaces.search": {"query": "Space", "state": "live", "max_results": 10},
    "spaces.get_posts": {"id": "{live}", "max_results": 10},
    "spaces.get_buyers": {"id": "{live}", "max_results": 10},
    "users.get_me": {},
    "users.get_by_id": {"id": "{bob}"},
    "users.get_by_ids": {"ids": ["{ada}", "{bob}", "999999999"]},
    "users.get_by_username": {"username": "{bobs_name}"},
    "users.get_by_usernames": {"usernames": ["{bobs_name}", "nobody_at_all"]},
    "users.get_following": {"id": "{ada}", "max_results": 10},
    "users.get_followers": {"id": "{bob}", "max_results": 10},
    "users.get_posts": {
        "id": "{ada}",
        "max_results": 10,
        "exclude": ["retweets"],
        "start_time": "2020-01-01T00:00:00Z",
    },
    "users.get_timeline": {"id": "{ada}", "max_results": 10, "end_time": "2099-01-01T00:00:00Z"},
    "users.get_bookmarks": {"id": "{ada}", "max_results": 10},
    "users.get_muting": {"id": "{ada}", "max_results": 10},
    "posts.get_by_id": {"id": "{post}"},
    "posts.get_by_ids": {"ids": ["{post}", "999999999"]},
}


def arguments(house: House, name: str) -> dict[str, Any]:
    names = {"ada": house.ada.pk, "bob": house.bob.pk, "bobs_name": house.bob.username}
    filled = json.dumps(CALLS[name])
    for key, value in (names | {"live": house.live, "post": house.post}).items():
        filled = filled.replace(f"{{{key}}}", str(value))
    return dict(json.loads(filled))


def answer_of(refused: pytest.ExceptionInfo[requests.HTTPError]) -> requests.Response:
    assert refused.value.response is not None
    return refused.value.response


def called(x: Client, name: str, arguments: dict[str, Any]) -> Any:
    """Return the answer, of a call that pages all of them."""
    group, method = name.split(".")
    found = getattr(getattr(x, group), method)(**arguments)
    return list(found) if inspect.isgenerator(found) else found


@pytest.mark.security("F6")
@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("wants", ["nothing", "everything"])
def test_every_read_that_we_serve(x: Client, house: House, recorded: Recorded, name: str, wants: str) -> None:
    services.follow_user(follower=house.ada, followee=house.bob)
    services.mute_user(muter=house.ada, muted=house.bob)
    bookmark_post(user=house.ada, post_id=house.post)
    group, method = name.split(".")
    fields = everything(getattr(getattr(x, group), method)) if wants == "everything" else {}
    found = called(x, name, {**arguments(house, name), **fields})
    pages = found if isinstance(found, list) else [found]
    assert all(page.data for page in pages) or name == "spaces.get_buyers"
    assert len(recorded.operations) == 1


@pytest.mark.security("F7")
def test_a_good_space_is_not_lost_beside_an_unknown_one(x: Client, house: House) -> None:
    found = x.spaces.get_by_ids(ids=[house.live, GONE])
    assert [space.id for space in found.data] == [house.live]
    assert isinstance(found.errors[0], schemas.ResourceNotFoundProblem)


def test_a_post_with_what_it_is_about(x: Client, house: House) -> None:
    made = x.posts.create(schemas.CreatePostsRequest(text="Hi", reply={"in_reply_to_tweet_id": str(house.post)}))
    found = x.posts.get_by_id(
        made.data.id, expansions=["referenced_posts", "author_id"], post_fields=["public_metrics"]
    )
    assert found.data.referenced_posts[0].type == "replied_to"
    assert [post.id for post in found.includes.posts] == [str(house.post)]
    assert found.data.public_metrics.repost_count == 0
    assert x.posts.delete(made.data.id).data.deleted


def test_following(x: Client, house: House) -> None:
    ada, bob = str(house.ada.pk), str(house.bob.pk)
    assert x.users.follow_user(ada, schemas.FollowUserRequest(target_user_id=bob)).data.following
    assert [user.id for page in x.users.get_following(ada) for user in page.data] == [bob]
    assert x.users.unfollow_user(ada, bob).data.following is False


def test_muting(x: Client, house: House) -> None:
    ada, bob = str(house.ada.pk), str(house.bob.pk)
    assert x.users.mute_user(ada, schemas.MuteUserRequest(target_user_id=bob)).data.muting
    assert [user.id for page in x.users.get_muting(ada) for user in page.data] == [bob]
    assert x.users.unmute_user(ada, bob).data.muting is False


def test_bookmarks(x: Client, house: House) -> None:
    ada, post = str(house.ada.pk), str(house.post)
    assert x.users.create_bookmark(ada, schemas.CreateUsersBookmarkRequest(tweet_id=post)).data.bookmarked
    assert [kept.id for page in x.users.get_bookmarks(ada) for kept in page.data] == [post]
    assert x.users.delete_bookmark(ada, post).data.bookmarked is False


def test_how_a_post_may_be_edited(x: Client, house: House) -> None:
    found = x.posts.get_by_id(str(house.post), post_fields=["edit_controls"]).data
    assert found.edit_history_post_ids == [str(house.post)]
    assert (found.edit_controls.edits_remaining, found.edit_controls.is_edit_eligible) == (5, True)


def test_pages_to_the_end(x: Client, house: House) -> None:
    for number in range(4):
        x.posts.create(schemas.CreatePostsRequest(text=f"Number {number}"))
    pages = list(x.users.get_posts(str(house.ada.pk), max_results=2))
    assert [len(page.data) for page in pages] == [2, 2, 1]
    ids = [post.id for page in pages for post in page.data]
    assert len(set(ids)) == 5 and ids[-1] == str(house.post)


@pytest.mark.security("F12")
def test_a_limit_of_replies_that_we_do_not_have_is_an_error(x: Client) -> None:
    with pytest.raises(requests.HTTPError) as refused:
        x.posts.create(schemas.CreatePostsRequest(text="Hi", reply_settings="following"))
    assert answer_of(refused).status_code == 400


def test_errors_are_its_own(x: Client, house: House) -> None:
    with pytest.raises(requests.HTTPError) as refused:
        x.spaces.search(query="x" * 2049)
    assert answer_of(refused).json()["type"] == "https://api.x.com/2/problems/invalid-request"
    with pytest.raises(requests.HTTPError) as unknown:
        Client(base_url=house.url, access_token="wrong").users.get_me()
    assert answer_of(unknown).status_code == 401


@pytest.mark.security("A11")
def test_it_logs_in_refreshes_and_gives_its_token_back(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")  # there is no TLS in tests
    app = app_of(house.bob)
    keys = {"client_id": app.app.client_id, "client_secret": app.secret, "redirect_uri": BACK, "scope": list(SCOPES)}
    x = Client(base_url=house.url, authorization_base_url=f"{house.url}/i", **keys)
    link = x.get_authorization_url(state="s")
    token = x.fetch_token(approves(link, house=house.url, username=with_password(house.ada)))
    assert x.users.get_me().data.id == str(house.ada.pk)
    assert token["scope"].split() == list(SCOPES)
    newer = x.refresh_token()
    assert credentials.token_for(token["access_token"]) is None
    assert x.users.get_me().data.id == str(house.ada.pk)
    gone = requests.post(
        f"{house.url}/2/oauth2/revoke",
        {"token": newer["access_token"]},
        auth=(app.app.client_id, app.secret),
        timeout=20,
    )
    assert gone.json() == {"revoked": True}
    with pytest.raises(requests.HTTPError):
        x.users.get_me()


def test_an_app_reads_in_its_own_name(house: House) -> None:
    own = services.register_app(user=house.bob, name="x", redirect_uris="", is_public=False, for_itself=True)
    given = requests.post(
        f"{house.url}/oauth2/token",
        {"grant_type": "client_credentials"},
        auth=(own.app.client_id, own.secret),
        timeout=20,
    )
    x = Client(base_url=house.url, bearer_token=given.json()["access_token"])
    assert x.spaces.get_by_id(house.live).data.state == "live"
