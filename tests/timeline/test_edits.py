"""Editing a post for half an hour: the texts before are kept, and what follows from a text follows again."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from tests.factories import UserFactory
from tests.spaces.scene import outcome
from timeline import services
from timeline.models import Notification, Post
from timeline.selectors.posts import EDIT_WITHIN, MOST_EDITS, versions_of
from timeline.selectors.tags import tagged_posts

pytestmark = [pytest.mark.django_db, pytest.mark.redis]


@pytest.fixture
def ada() -> User:
    return UserFactory.create(username="ada")


@pytest.fixture
def post(ada: User) -> Post:
    return services.create_post(author=ada, text="Frist #one")


def edit(post: Post, by: User, text: str) -> str:
    return outcome(services.edit_post, user=by, post_id=post.pk, text=text)


def test_the_texts_before_are_kept(post: Post, ada: User) -> None:
    for text in ("First #two", "First #two", "First!"):
        assert edit(post, ada, text) == "ok"
    post.refresh_from_db()
    assert [version.text for version in versions_of(post)] == ["First!", "First #two", "Frist #one"]
    assert post.edited_at is not None
    assert tagged_posts(tag="one", viewer_id=None).items == []


def test_only_the_author_and_only_for_half_an_hour(post: Post, ada: User) -> None:
    assert edit(post, UserFactory.create(), "Mine") == "not_yours"
    assert edit(post, ada, "") == "empty"
    Post.objects.filter(pk=post.pk).update(created_at=timezone.now() - EDIT_WITHIN - timedelta(seconds=1))
    assert edit(post, ada, "Late") == "too_late"
    assert not post.versions.exists()


def test_a_post_is_edited_a_few_times(post: Post, ada: User) -> None:
    for number in range(MOST_EDITS):
        assert edit(post, ada, str(number)) == "ok"
    assert edit(post, ada, "again") == "too_many_edits"


def test_a_repost_has_no_text_to_edit(post: Post) -> None:
    other = UserFactory.create()
    repost = services.repost_post(user=other, post_id=post.pk)
    assert edit(repost, other, "Mine") == "not_yours"


@pytest.mark.django_db(transaction=True)
def test_a_person_who_is_mentioned_by_the_edit_is_told(ada: User) -> None:
    grace = UserFactory.create(username="grace")
    post = services.create_post(author=ada, text="Hello")
    services.edit_post(user=ada, post_id=post.pk, text="Hello @grace")
    assert Notification.objects.filter(user=grace, post=post).count() == 1


def test_readers_see_that_it_was_edited_and_what_it_said(client: Client, post: Post, ada: User) -> None:
    services.edit_post(user=ada, post_id=post.pk, text="First")
    assert "edited" in client.get(f"/ada/status/{post.pk}").text
    assert "Frist" in client.get(f"/ada/status/{post.pk}/history").text
    User.objects.filter(pk=ada.pk).update(protected=True)
    assert client.get(f"/ada/status/{post.pk}/history").status_code == 404


def test_the_form_leads_to_the_post(client: Client, post: Post, ada: User) -> None:
    client.force_login(ada)
    address = f"/i/posts/{post.pk}/edit"
    assert "Frist" in client.get(address).text
    assert client.post(address, {"text": ""}).status_code == 400
    assert client.post(address, {"text": "First"}).headers["Location"] == f"/ada/status/{post.pk}"
    client.force_login(UserFactory.create())
    assert client.get(address).status_code == 403
