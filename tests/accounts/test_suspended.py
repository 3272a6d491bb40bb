"""A suspended account at every door: what is not on the one list is closed."""

import inspect
from typing import Any

import pytest
from django.test import Client

import accounts.services as account_services
import timeline.services as timeline_services
from accounts import suspended
from accounts.models import SuspensionScope, User
from spaces import services as space_services
from spaces_project.common.errors import Refused
from tests.factories import PostFactory, SpaceFactory, UserFactory
from tests.support.confirmed import confirmed

pytestmark = [pytest.mark.django_db, pytest.mark.security("C18"), pytest.mark.asvs("8.3.1")]

VERBS = {
    f"{package.__name__}.{name}": (getattr(package, name), actor)
    for package in (account_services, timeline_services)
    for name in package.__all__
    if inspect.isfunction(getattr(package, name)) and (actor := suspended.actor_of(getattr(package, name)))
}
CLOSED = {name: verb for name, verb in VERBS.items() if name.rpartition(".")[2] not in suspended.OPEN}


@pytest.fixture
def ana(ana: User) -> User:
    account_services.suspend_user(user=ana, scope=SuspensionScope.ENTIRELY)
    return ana


@pytest.mark.parametrize("name", CLOSED)
def test_every_other_verb_is_closed(ana: User, name: str) -> None:
    """Check that a verb asks about the account first: nothing else about these calls is right."""
    verb, actor = CLOSED[name]
    parameters = inspect.signature(verb).parameters.values()
    arguments: dict[str, Any] = {each.name: None for each in parameters if each.default is inspect.Parameter.empty}
    with pytest.raises(Refused) as refused:
        verb(**arguments | {actor: ana})
    assert refused.value.code == "suspended"


def test_the_list_names_verbs_only() -> None:
    assert {name.rpartition(".")[2] for name in VERBS} >= suspended.OPEN


def test_what_it_closes() -> None:
    closed = {name.rpartition(".")[2] for name in CLOSED}
    assert closed >= {
        "create_personal_token", "create_post", "create_webhook", "follow_user", "invite_by_message", "like_post",
        "pin_post", "post_fleet", "register_app", "repost_post", "send_message", "set_avatar", "update_profile",
    }  # fmt: skip


def test_no_reminder_is_set(ana: User) -> None:
    space = SpaceFactory.create(state="scheduled")
    with pytest.raises(Refused) as refused:
        space_services.set_reminder(public_id=space.public_id, user=ana)
    assert refused.value.code == "suspended"


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/settings/profile", {"display_name": "New", "bio": ""}),
        ("/settings/apps/tokens", {"name": "bot", "days": "30", "scopes": ["space.read"]}),
        ("/settings/apps/registered", {"name": "x", "kind": "confidential", "redirect_uris": "https://x.example/"}),
        ("/ben/follow", {}),
        ("/i/posts/{post}/like", {}),
        ("/i/posts/{post}/repost", {}),
        ("/compose", {"text": "Hello"}),
        ("/messages/ben", {"text": "Hello"}),
    ],
)
def test_pages_say_so(ana: User, ben: User, path: str, form: dict[str, Any]) -> None:
    client = Client()
    client.force_login(ana)
    post = PostFactory.create(author=ben)
    answer = confirmed(client).post(path.format(post=post.pk), form)
    assert "Your account is suspended" in answer.text
    assert answer.status_code in (200, 403)


def test_the_api_says_so(ana: User, ben: User) -> None:
    client = Client()
    client.force_login(ana)
    answer = client.patch("/api/v1/me", {"display_name": "New"}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "suspended")


def test_what_stays_open(ana: User, ben: User) -> None:
    post = PostFactory.create(author=ana)
    client = Client()
    client.force_login(ana)
    assert client.get(f"/ana/status/{post.pk}").status_code in (200, 404)
    account_services.unfollow_user(follower=ana, followee=ben)
    timeline_services.delete_post(user=ana, post_id=post.pk)
    account_services.revoke_all(user=ana)
    assert client.post("/accounts/logout/").status_code == 302
    account_services.delete_user(user=ana)
    assert not User.objects.filter(username="ana").exists()


def test_others_are_not_asked(ben: User) -> None:
    account_services.follow_user(follower=ben, followee=UserFactory.create())
