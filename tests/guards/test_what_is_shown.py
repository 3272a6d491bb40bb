"""Posts, Fleets and notifications are checked when they are shown, not only when they were made."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from accounts.models import FOREVER, Block, User
from accounts.services import block_user, follow_user, unfollow_user
from spaces.models import Space
from tests.api.conftest import Program, program
from tests.factories import PostFactory, UserFactory
from tests.spaces.scene import Scene, outcome
from timeline import services
from timeline.models import Fleet, Notification, NotificationKind, Post
from timeline.selectors import fleets, notifications, replies_to
from timeline.selectors.messages import inbox
from timeline.selectors.notifications import badges
from timeline.services.notifications import notify, notify_of_post

__all__ = ["program"]

pytestmark = [pytest.mark.asvs("8.2.2"), pytest.mark.django_db, pytest.mark.redis]

HTMX = {"HX-Request": "true"}


@pytest.fixture
def ada() -> User:
    """Protected; grace follows her, and alan does not."""
    return UserFactory.create(username="ada", protected=True)


@pytest.fixture
def grace(ada: User) -> User:
    grace = UserFactory.create(username="grace")
    follow_user(follower=grace, followee=ada)
    return grace


@pytest.fixture
def alan() -> User:
    return UserFactory.create(username="alan")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


# --- Fleets -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def fleet(ada: User) -> Fleet:
    picture = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(picture, "PNG")
    picture.seek(0)
    return services.post_fleet(author=ada, text="marker", image=picture)


@pytest.mark.security("C10")
@pytest.mark.parametrize(
    "path", ["/fleets/ada", "/i/fleets/{id}/image", "/i/fleets/{id}/seen", "/api/v1/fleets/by/{ada}"]
)
def test_a_fleet_of_a_protected_account_is_for_its_followers(
    fleet: Fleet, grace: User, alan: User, program: Program, path: str
) -> None:
    path = path.format(id=fleet.pk, ada=fleet.author_id)

    def status(user: User) -> int:
        client = program(user) if path.startswith("/api/") else signed_in(user)
        return (client.post if path.endswith("/seen") else client.get)(path).status_code

    assert (status(grace), status(alan), status(fleet.author)) == (200, 404, 200)


@pytest.mark.security("C10")
def test_and_by_the_api_nobody_else_has_seen_it(fleet: Fleet, alan: User, program: Program) -> None:
    assert program(alan).put(f"/api/v1/fleets/{fleet.pk}/seen").status_code == 404
    assert outcome(fleets.get_fleet, fleet_id=fleet.pk, viewer=alan) == "not_found"


@pytest.mark.security("C10")
def test_a_fleet_is_gone_for_who_unfollowed_since(fleet: Fleet, ada: User, grace: User) -> None:
    unfollow_user(follower=grace, followee=ada)
    assert outcome(fleets.fleet_stack, author=ada, viewer=grace) == "not_found"
    assert fleets.fleet_row(user=grace).others == []


@pytest.mark.security("C19")
def test_who_saw_a_fleet_leaves_out_whom_one_has_blocked_since(fleet: Fleet, ada: User, grace: User) -> None:
    services.see_fleet(viewer=grace, fleet_id=fleet.pk)
    Block.objects.create(blocker=ada, blocked=grace)
    count, page = fleets.seen_by(user=ada, fleet_id=fleet.pk)
    assert (count, page.items) == (0, [])


# --- Posts ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def post(ada: User) -> Post:
    return PostFactory.create(author=ada, text="a protected word")


@pytest.mark.security("C19")
def test_a_part_for_htmx_asks_as_the_page_does(post: Post, grace: User, alan: User) -> None:
    PostFactory.create(author=alan, reply_to=post, text="an open answer")
    path = f"/ada/status/{post.pk}"
    statuses = [client.get(path, headers=HTMX).status_code for client in (signed_in(grace), signed_in(alan), Client())]
    assert statuses == [200, 404, 404]
    assert "an open answer" not in Client().get(path, headers=HTMX).text
    assert outcome(replies_to, post_id=post.pk, viewer_id=alan.pk) == "not_found"


@pytest.mark.security("C19")
@pytest.mark.parametrize("link", ["reply_to", "quote_of"])
def test_what_is_passed_on_does_not_name_a_protected_post(post: Post, alan: User, program: Program, link: str) -> None:
    about = PostFactory.create(author=alan, text="open", **{link: post})
    repost = Post.objects.create(author=UserFactory.create(), repost_of=about)
    reader = UserFactory.create()
    fields = "author_id,conversation_id,in_reply_to_user_id,referenced_tweets"
    query = f"tweet.fields={fields}&expansions=referenced_tweets.id,referenced_tweets.id.author_id,author_id"
    answer = program(reader).get(f"/2/tweets/{repost.pk}?{query}")
    assert answer.json()["includes"]["tweets"][0]["id"] == str(about.pk)
    told = answer.text.replace(str(about.pk), "").replace(str(repost.pk), "")
    assert f'"{post.pk}"' not in told and f'"{post.author_id}"' not in told


@pytest.mark.security("C19")
@pytest.mark.parametrize("link", ["reply_to", "quote_of"])
def test_a_follower_is_told_of_it(post: Post, grace: User, program: Program, link: str) -> None:
    about = PostFactory.create(author=grace, text="open", **{link: post})
    query = "tweet.fields=referenced_tweets&expansions=referenced_tweets.id"
    assert f'"{post.pk}"' in program(grace).get(f"/2/tweets/{about.pk}?{query}").text


@pytest.mark.security("C8")
def test_posts_shared_in_a_locked_space_are_not_listed_outside(scene: Scene, program: Program) -> None:
    services.pin_post(public_id=scene.id, user=scene.host, post_id=PostFactory.create(author=scene.host).pk)
    path = f"/2/spaces/{scene.id}/tweets"
    assert program(scene.outsider).get(path).json()["meta"]["result_count"] == 1
    Space.objects.filter(pk=scene.space.pk).update(locked=True)
    assert program(scene.outsider).get(path).json()["meta"]["result_count"] == 0
    assert program(scene.listener).get(path).json()["meta"]["result_count"] == 1


# --- Notifications ----------------------------------------------------------------------------------------------------


def told(user: User, program: Program) -> tuple[int, int, bool]:
    """Return how many notifications a page and the badge have, and whether the API tells of a post or a person."""
    found = notifications.notifications(user_id=user.pk).items
    answer = program(user).get("/api/v1/notifications").json()["data"]
    page = signed_in(user).get("/notifications").text
    assert ("a protected word" in page) == any(row.post_id for row in found)
    return len(found), badges(user_id=user.pk).notifications, bool(answer)


@pytest.fixture
def mentioned(ada: User, grace: User) -> Post:
    User.objects.filter(pk=ada.pk).update(protected=False)
    post = PostFactory.create(author=ada, text="a protected word @grace")
    notify_of_post(post_id=post.pk)
    return post


def protect(ada: User, grace: User) -> None:
    unfollow_user(follower=grace, followee=ada)
    User.objects.filter(pk=ada.pk).update(protected=True)


def close(ada: User, grace: User) -> None:
    User.objects.filter(pk=ada.pk).update(is_active=False)


def suspend(ada: User, grace: User) -> None:
    User.objects.filter(pk=ada.pk).update(suspended_until=FOREVER)


def block(ada: User, grace: User) -> None:
    Block.objects.create(blocker=ada, blocked=grace)


def block_back(ada: User, grace: User) -> None:
    block_user(blocker=grace, blocked=ada)


def delete(ada: User, grace: User) -> None:
    services.delete_post(user=ada, post_id=Post.objects.get(author=ada).pk)


@pytest.mark.security("C19")
@pytest.mark.usefixtures("mentioned")
@pytest.mark.parametrize("happens", [protect, close, suspend, block, block_back, delete])
def test_a_notification_is_gone_when_its_post_is_not_for_the_reader_any_more(
    ada: User, grace: User, program: Program, happens: Callable[[User, User], None]
) -> None:
    assert notifications.notifications(user_id=grace.pk).items and badges(user_id=grace.pk).notifications == 1
    happens(ada, grace)
    assert told(grace, program) == (0, 0, False)


@pytest.mark.security("C19")
def test_a_decision_is_shown_to_who_is_suspended(grace: User) -> None:
    User.objects.filter(pk=grace.pk).update(suspended_until=FOREVER)
    Notification.objects.create(user=grace, actor=grace, kind=NotificationKind.DECIDED)
    assert len(notifications.notifications(user_id=grace.pk).items) == 1


@pytest.mark.security("C19")
def test_an_invitation_of_somebody_else_is_gone_when_the_host_blocks(scene: Scene) -> None:
    notify(user=scene.outsider, kind=NotificationKind.INVITED, actor=scene.cohost, space=scene.space)
    assert len(notifications.notifications(user_id=scene.outsider.pk).items) == 1
    Block.objects.create(blocker=scene.host, blocked=scene.outsider)
    assert notifications.notifications(user_id=scene.outsider.pk).items == []


@pytest.mark.security("C19")
def test_the_inbox_previews_nothing_of_a_closed_account(ada: User, grace: User, alan: User) -> None:
    services.send_message(sender=alan, to=grace, text="Hello")
    previews: list[Any] = inbox(user=grace).items
    assert len(previews) == 1
    User.objects.filter(pk=alan.pk).update(is_active=False)
    assert (inbox(user=grace).items, badges(user_id=grace.pk).messages) == ([], 0)
