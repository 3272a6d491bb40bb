"""Pages and buttons of posts."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from accounts.services import block_user, follow_user
from spaces import presence
from spaces.states import Role, SpaceState
from tests.factories import ParticipantFactory, PostFactory, SpaceFactory, UserFactory
from tests.support.redis import RedisServer
from timeline import services
from timeline.models import Like, Post
from timeline.selectors.homepage import suggestions

pytestmark = [pytest.mark.django_db, pytest.mark.redis]

JSON = {"accept": "application/json"}
PART = {"hx-request": "true"}
HOME_QUERIES = 21


@pytest.fixture
def ada() -> User:
    return UserFactory.create(username="ada", display_name="Ada Lovelace")


@pytest.fixture
def as_ada(client: Client, ada: User) -> Client:
    client.force_login(ada)
    return client


def post_link(post: Post) -> str:
    return post.get_absolute_url()


# --- Home -------------------------------------------------------------------------------------------------------------


def busy_home(reader: User, size: int) -> None:
    """`size` of everything that a line can show."""
    for _ in range(size):
        author = UserFactory.create(protected=True)
        follow_user(follower=reader, followee=author)
        space = SpaceFactory.create(creator__followers_count=600)
        ParticipantFactory.create(space=space, role=Role.SPEAKER)
        plain = PostFactory.create(author=author, space=space)
        PostFactory.create(author=author, quote_of=PostFactory.create(space=SpaceFactory.create()))
        Post.objects.create(author=reader, repost_of=PostFactory.create(quote_of=plain))
        services.like_post(user=reader, post_id=plain.pk)


def queries_of(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_the_number_of_queries_does_not_follow_what_home_shows(as_ada: Client, ada: User) -> None:
    busy_home(ada, 1)
    ada.refresh_from_db()
    few = queries_of(as_ada, "/")
    busy_home(ada, 7)
    assert queries_of(as_ada, "/") == few <= HOME_QUERIES


@pytest.mark.parametrize("following", [0, 1_000, 20_000])
def test_nor_does_it_follow_how_many_one_follows(as_ada: Client, ada: User, following: int) -> None:
    busy_home(ada, 12)
    User.objects.filter(pk=ada.pk).update(following_count=following)
    assert queries_of(as_ada, "/") == HOME_QUERIES


def test_home_suggests_the_most_followed_whom_one_does_not_know(as_ada: Client, ada: User) -> None:
    known, blocked, blocker, fan, popular = UserFactory.create_batch(5, followers_count=10)
    follow_user(follower=ada, followee=known)
    follow_user(follower=fan, followee=ada)
    block_user(blocker=ada, blocked=blocked)
    block_user(blocker=blocker, blocked=ada)
    ada.refresh_from_db()
    rows = suggestions(ada)
    assert [(row.person, row.relation.followed_by) for row in rows] == [(popular, False), (fan, True)]
    page = as_ada.get("/").text.split("People to follow")[1]
    assert (popular.username in page, known.username in page) == (True, False)


def test_more_posts_come_as_a_part(as_ada: Client, ada: User) -> None:
    posts = PostFactory.create_batch(40, author=ada)
    page = as_ada.get("/")
    assert f"/?before={posts[10].pk}" in page.text
    part = as_ada.get(f"/?before={posts[10].pk}", headers=PART)
    assert "<html" not in part.text
    assert part.text.count("data-post-line") == 10
    assert "HX-Request" in part["Vary"]


def test_a_made_up_cursor_is_a_bad_request(as_ada: Client) -> None:
    assert as_ada.get("/?before=x").status_code == 400


def test_a_live_space_in_a_post_is_joined_from_its_card(as_ada: Client, ada: User) -> None:
    space = SpaceFactory.create(title="Open audio hour")
    speaker = ParticipantFactory.create(space=space, role=Role.SPEAKER, user__display_name="Alan")
    services.create_post(author=ada, text=f"Come /i/spaces/{space.public_id}")
    page = as_ada.get("/").text
    assert f'data-join="{space.public_id}" hx-boost="false">Listen live</a>' in page
    assert f"{speaker.user.name}</bdi> · On stage" in page


def test_a_reminder_is_set_and_removed_on_the_card(as_ada: Client, ada: User) -> None:
    space = SpaceFactory.create(state=SpaceState.SCHEDULED)
    services.create_post(author=ada, text=f"Come /i/spaces/{space.public_id}")
    set_it, remove_it = (f'action="/i/spaces/{space.public_id}/{verb}"' for verb in ("remind", "unremind"))
    assert f"{set_it} hx-boost=" in as_ada.get("/").text
    assert as_ada.post(f"/i/spaces/{space.public_id}/remind", headers=JSON).status_code == 200
    for address in ("/", f"/i/spaces/{space.public_id}/card"):
        page = as_ada.get(address).text
        assert (set_it in page, remove_it in page, "Remove reminder" in page) == (False, True, True)


def test_a_card_counts_listeners_and_not_the_stage(as_ada: Client, ada: User) -> None:
    space = SpaceFactory.create()
    for user_id in (space.creator_id, ada.pk, 4_242):
        presence.enter(space.public_id, user_id)
    PostFactory.create(author=ada, space=space)
    assert "2 listening" in as_ada.get("/").text


def test_without_redis_a_card_counts_nobody(as_ada: Client, ada: User, redis_server: RedisServer) -> None:
    PostFactory.create(author=ada, space=SpaceFactory.create())
    redis_server.hang()
    try:
        page = as_ada.get("/").text
    finally:
        redis_server.cont()
    assert "LIVE" in page
    assert "listening" not in page.split("data-space-card")[1].split("</div>")[0]


def test_an_ended_space_in_a_post_says_so(as_ada: Client, ada: User) -> None:
    PostFactory.create(author=ada, space=SpaceFactory.create(state=SpaceState.ENDED))
    assert "ENDED" in as_ada.get("/").text


# --- One post ---------------------------------------------------------------------------------------------------------


def test_a_post_with_its_replies_is_open_to_everyone(client: Client, ada: User) -> None:
    post = PostFactory.create(author=ada, text="Hello world")
    PostFactory.create(reply_to=post, text="Hello Ada")
    page = client.get(post_link(post)).text
    assert "Hello world" in page
    assert "Hello Ada" in page


def test_the_address_is_put_right(client: Client, ada: User) -> None:
    post = PostFactory.create(author=ada)
    answer = client.get(f"/somebody/status/{post.pk}")
    assert answer["Location"] == post_link(post)


def test_a_reply_says_that_the_post_above_it_is_gone(client: Client, ada: User) -> None:
    post = PostFactory.create()
    reply = PostFactory.create(author=ada, reply_to=post)
    services.delete_post(user=post.author, post_id=post.pk)
    assert "This replies to a post that is not available." in client.get(post_link(reply)).text


def test_protected_posts_are_not_found(client: Client) -> None:
    assert client.get(post_link(PostFactory.create(author__protected=True))).status_code == 404


def test_posts_of_somebody_who_blocked_the_reader_are_not_found(as_ada: Client, ada: User) -> None:
    post = PostFactory.create()
    block_user(blocker=post.author, blocked=ada)
    assert as_ada.get(post_link(post)).status_code == 404
    assert as_ada.get(reverse("post_line", args=[post.pk])).status_code == 404


def test_the_number_of_queries_does_not_follow_the_replies(as_ada: Client, ada: User) -> None:
    post = PostFactory.create(author=ada)
    PostFactory.create(reply_to=post)
    few = queries_of(as_ada, post_link(post))
    PostFactory.create_batch(20, reply_to=post)
    assert queries_of(as_ada, post_link(post)) == few


# --- Somebody's posts -------------------------------------------------------------------------------------------------


def test_a_profile_has_the_latest_posts_and_the_way_to_more(client: Client, ada: User) -> None:
    PostFactory.create_batch(31, author=ada)
    page = client.get("/ada").text
    assert page.count("data-post-line") == 30
    assert 'hx-get="/ada/posts?before=' in page


def test_the_posts_of_somebody_without_replies(client: Client, ada: User) -> None:
    PostFactory.create(author=ada, text="A post")
    PostFactory.create(author=ada, text="A reply", reply_to=PostFactory.create())
    part = client.get("/ada/posts", headers=PART).text
    assert "A post" in part
    assert "A reply" not in part


def test_a_protected_profile_shows_no_posts(client: Client) -> None:
    post = PostFactory.create(author__protected=True)
    assert "No posts to show" in client.get(f"/{post.author.username}/posts").text


# --- Writing ----------------------------------------------------------------------------------------------------------


def test_writing_by_script_and_by_form(as_ada: Client) -> None:
    by_script = as_ada.post("/compose", {"text": "One"}, headers=JSON)
    assert (by_script.status_code, by_script.json()["url"]) == (201, Post.objects.get(text="One").get_absolute_url())
    by_form = as_ada.post("/compose", {"text": "Two"})
    assert (by_form.status_code, by_form["Location"]) == (303, Post.objects.get(text="Two").get_absolute_url())


def test_what_is_wrong_is_said(as_ada: Client) -> None:
    answer = as_ada.post("/compose", {"text": " "}, headers=JSON)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "empty")
    assert as_ada.post("/compose", {"text": "x", "reply_to": "abc"}).status_code == 400


def test_sharing_a_space_fills_the_composer(as_ada: Client) -> None:
    space = SpaceFactory.create()
    assert f"/i/spaces/{space.public_id}</textarea>" in as_ada.get(f"/compose?space={space.public_id}").text


def test_visitors_are_asked_to_log_in(client: Client) -> None:
    assert client.get("/compose").status_code == 302


# --- Buttons ----------------------------------------------------------------------------------------------------------


def test_like_and_unlike(as_ada: Client, ada: User) -> None:
    post = PostFactory.create()
    assert as_ada.post(f"/i/posts/{post.pk}/like", headers=JSON).json() == {}
    assert Like.objects.filter(user=ada, post=post).exists()
    assert as_ada.post(f"/i/posts/{post.pk}/unlike")["Location"] == "/"
    assert not Like.objects.exists()


def test_repost_and_back(as_ada: Client, ada: User) -> None:
    post = PostFactory.create()
    as_ada.post(f"/i/posts/{post.pk}/repost", headers=JSON)
    assert post.reposts.get().author == ada
    as_ada.post(f"/i/posts/{post.pk}/unrepost", headers=JSON)
    assert not post.reposts.exists()


def test_one_deletes_ones_own_only(as_ada: Client, ada: User) -> None:
    own, other = PostFactory.create(author=ada), PostFactory.create()
    assert as_ada.post(f"/i/posts/{own.pk}/delete", headers=JSON).status_code == 200
    assert as_ada.post(f"/i/posts/{other.pk}/delete", headers=JSON).status_code == 403
    assert set(Post.objects.all()) == {other}


@pytest.mark.parametrize("verb", ["like", "unlike", "repost", "unrepost", "delete"])
def test_buttons_need_a_post_and_a_person(client: Client, verb: str) -> None:
    post = PostFactory.create()
    assert client.get(f"/i/posts/{post.pk}/{verb}").status_code == 405
    assert "/accounts/login/" in client.post(f"/i/posts/{post.pk}/{verb}")["Location"]
