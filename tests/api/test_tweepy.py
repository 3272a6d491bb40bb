"""tweepy as it comes, with its host changed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
import tweepy
from requests import Session

from accounts.services import register_app
from tests.api.clients import POST_FIELDS, SPACE_EXPANSIONS, SPACE_FIELDS, USER_FIELDS, House, house
from tests.api.person import BACK, SCOPES, app_of, approves, with_password
from tests.api.recorded import recording

__all__ = ["house"]

pytestmark = [pytest.mark.redis, pytest.mark.django_db(transaction=True)]

X = "https://api.twitter.com"
SPACES: dict[str, Any] = {
    "space_fields": SPACE_FIELDS,
    "expansions": SPACE_EXPANSIONS,
    "user_fields": USER_FIELDS,
}
PEOPLE: dict[str, Any] = {
    "user_fields": USER_FIELDS,
    "expansions": ["pinned_tweet_id", "most_recent_tweet_id", "affiliation.user_id"],
    "tweet_fields": POST_FIELDS,
}
POSTS: dict[str, Any] = {
    "tweet_fields": POST_FIELDS,
    "expansions": ["author_id", "referenced_tweets.id", "in_reply_to_user_id", "referenced_tweets.id.author_id"],
    "user_fields": USER_FIELDS,
    "media_fields": ["media_key", "type"],
    "place_fields": ["id"],
    "poll_fields": ["id"],
}


class Rehosted(Session):
    """The only change: requests for X go to us."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> Any:
        assert url.startswith(X)
        return super().request(method, self._url + url[len(X) :], *args, **kwargs)


@pytest.fixture
def x(house: House) -> Iterator[Any]:
    client = tweepy.Client(bearer_token=house.token)
    with Rehosted(house.url) as client.session, recording():
        yield client


def test_a_space_with_everything(x: Any, house: House) -> None:
    found = x.get_space(house.live, **SPACES)
    space = found.data
    assert isinstance(space, tweepy.Space)
    assert (space.id, space.state, space.creator_id) == (house.live, "live", house.ada.pk)
    assert isinstance(space.started_at, datetime) and space.started_at.tzinfo == UTC
    assert house.bob.pk in map(int, space.invited_user_ids)
    assert {user.id for user in found.includes["users"]} >= {house.ada.pk, house.bob.pk}
    assert isinstance(found.includes["users"][0], tweepy.User)
    assert found.includes["topics"][0]["name"] == "Knots"


def test_spaces_by_id_by_creator_and_by_title(x: Any, house: House) -> None:
    by_id = x.get_spaces(ids=[house.live, "1Gone"], **SPACES)
    assert [space.id for space in by_id.data] == [house.live]
    assert by_id.errors[0]["resource_id"] == "1Gone"
    by_creator = x.get_spaces(user_ids=[house.ada.pk], **SPACES)
    assert {space.id for space in by_creator.data} == {house.live, house.scheduled}
    assert by_creator.data[1].scheduled_start == datetime(2030, 1, 1, tzinfo=UTC)
    found = x.search_spaces("Space", state="live", max_results=10, **SPACES)
    assert (found.data[0].id, found.meta["result_count"]) == (house.live, 1)


def test_what_belongs_to_a_space(x: Any, house: House) -> None:
    assert x.get_space_buyers(house.live, **PEOPLE).meta["result_count"] == 0
    posts = x.get_space_tweets(house.live, **POSTS)
    assert isinstance(posts.data[0], tweepy.Tweet)
    assert posts.data[0].author_id == house.ada.pk


def test_people(x: Any, house: House) -> None:
    me = x.get_me(user_auth=False, **PEOPLE).data
    assert (me.id, me.username) == (house.ada.pk, house.ada.username)
    assert me.public_metrics["tweet_count"] == 1
    assert x.get_user(id=house.bob.pk, **PEOPLE).data.id == house.bob.pk
    assert x.get_user(username=house.bob.username, **PEOPLE).data.id == house.bob.pk
    both = x.get_users(ids=[house.ada.pk, house.bob.pk], **PEOPLE).data
    assert [user.id for user in both] == [house.ada.pk, house.bob.pk]
    assert isinstance(both[0].created_at, datetime)
    assert x.get_users(usernames=[house.bob.username], **PEOPLE).data[0].id == house.bob.pk


def test_following(x: Any, house: House) -> None:
    assert x.follow_user(house.bob.pk, user_auth=False).data == {"following": True, "pending_follow": False}
    assert x.get_users_following(house.ada.pk, **PEOPLE).data[0].id == house.bob.pk
    assert x.get_users_followers(house.bob.pk, **PEOPLE).data[0].id == house.ada.pk
    assert x.unfollow_user(house.bob.pk, user_auth=False).data == {"following": False}


def test_muting(x: Any, house: House) -> None:
    assert x.mute(house.bob.pk, user_auth=False).data == {"muting": True}
    assert x.get_muted(user_auth=False, max_results=10, **PEOPLE).data[0].id == house.bob.pk
    assert x.unmute(house.bob.pk, user_auth=False).data == {"muting": False}
    assert x.get_muted(user_auth=False).data is None


def test_bookmarks(x: Any, house: House) -> None:
    later = int(x.create_tweet(text="Later", user_auth=False).data["id"])
    for post in (later, house.post):
        assert x.bookmark(post).data == {"bookmarked": True}
    assert [post.id for post in x.get_bookmarks(**POSTS).data] == [house.post, later]
    pages = tweepy.Paginator(x.get_bookmarks, max_results=1)
    assert [page.data[0].id for page in pages] == [house.post, later]
    assert x.remove_bookmark(later).data == {"bookmarked": False}
    assert [post.id for post in x.get_bookmarks().data] == [house.post]


def test_how_a_post_may_be_edited(x: Any, house: House) -> None:
    found = x.get_tweet(house.post, tweet_fields=["edit_controls", "created_at"]).data
    assert found.edit_history_tweet_ids == [house.post]
    assert (found.edit_controls["edits_remaining"], found.edit_controls["is_edit_eligible"]) == (5, True)
    assert found.edit_controls["editable_until"] - found.created_at == timedelta(minutes=30)


def test_posts(x: Any, house: House) -> None:
    made = x.create_tweet(text="Hello", in_reply_to_tweet_id=house.post, user_auth=False).data
    found = x.get_tweet(made["id"], **POSTS)
    assert found.data.referenced_tweets[0].id == house.post
    assert found.includes["tweets"][0].id == house.post
    assert isinstance(found.data.created_at, datetime)
    assert x.get_users_tweets(house.ada.pk, max_results=5, exclude=["retweets"], **POSTS).data[0].id == int(made["id"])
    assert x.get_home_timeline(user_auth=False, max_results=5, **POSTS).data[0].id == house.post
    assert x.delete_tweet(made["id"], user_auth=False).data == {"deleted": True}


def test_pages(x: Any, house: House) -> None:
    for number in range(3):
        x.create_tweet(text=f"Number {number}", user_auth=False)
    pages = tweepy.Paginator(x.get_users_tweets, house.ada.pk, max_results=2)
    assert [len(page.data) for page in pages] == [2, 2]


@pytest.mark.security("F8")
@pytest.mark.security("F9")
def test_posts_by_their_ids_and_those_of_some_time(x: Any, house: House) -> None:
    found = x.get_tweets([house.post, 999_999_999], **POSTS)
    assert [post.id for post in found.data] == [house.post]
    assert found.errors[0]["resource_id"] == "999999999"
    soon, ago = datetime.now(UTC) + timedelta(minutes=1), datetime(2020, 1, 1, tzinfo=UTC)
    times: dict[str, Any] = {"start_time": ago, "end_time": soon}
    assert x.get_users_tweets(house.ada.pk, **times).data[0].id == house.post
    assert x.get_home_timeline(user_auth=False, **times).data[0].id == house.post
    assert x.get_users_tweets(house.ada.pk, end_time=ago).data is None


@pytest.fixture
def rehosted(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The only change, for requests that go out without a session of the client's own."""
    request = Session.request

    def sent(session: Session, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        return request(session, method, url.replace(X, house.url), *args, **kwargs)

    monkeypatch.setattr(Session, "request", sent)
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")  # there is no TLS in tests


@pytest.mark.security("A11")
@pytest.mark.parametrize("is_public", [True, False])
def test_it_logs_in_refreshes_and_gives_its_token_back(house: House, rehosted: None, is_public: bool) -> None:
    app = app_of(house.bob, is_public=is_public)
    reader = tweepy.OAuth2UserHandler(
        client_id=app.app.client_id, redirect_uri=BACK, scope=list(SCOPES), client_secret=app.secret or None
    )
    link = reader.get_authorization_url()
    token = reader.fetch_token(approves(link, house=house.url, username=with_password(house.ada)))
    assert token["scope"] == list(SCOPES)
    assert tweepy.Client(token["access_token"]).get_me(user_auth=False).data.id == house.ada.pk
    extra = {"client_id": app.app.client_id} if is_public else {}
    newer = reader.refresh_token(f"{X}/2/oauth2/token", auth=reader.auth, **extra)
    assert tweepy.Client(newer["access_token"]).get_me(user_auth=False).data.id == house.ada.pk
    with pytest.raises(tweepy.Unauthorized):
        tweepy.Client(token["access_token"]).get_me(user_auth=False)
    gone = {"token": newer["access_token"], **extra}
    assert requests.post(f"{X}/2/oauth2/revoke", gone, auth=reader.auth, timeout=20).json() == {"revoked": True}
    with pytest.raises(tweepy.Unauthorized):
        tweepy.Client(newer["access_token"]).get_me(user_auth=False)


@pytest.mark.security("F4")
def test_an_app_with_key_and_secret_reads_in_its_own_name(house: House, rehosted: None) -> None:
    own = register_app(user=house.bob, name="x", redirect_uris="", is_public=False, for_itself=True)
    keys = tweepy.OAuth2AppHandler(own.app.client_id, own.secret)
    assert tweepy.Client(keys._bearer_token).get_space(house.live).data.state == "live"


def test_refusals_raise_what_tweepy_knows(x: Any, house: House) -> None:
    with pytest.raises(tweepy.BadRequest):
        x.search_spaces("x" * 2049)
    with pytest.raises(tweepy.Forbidden):
        x.delete_tweet(999_999 if house.post == 1 else house.post + 1, user_auth=False)
