import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from tests.factories import PostFactory, UserFactory
from timeline.models import Post

pytestmark = [pytest.mark.django_db, pytest.mark.redis]

LIST = "admin:timeline_post_changelist"


def staff(*permissions: str) -> Client:
    user = UserFactory.create(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


def delete(client: Client, post: Post) -> None:
    client.post(reverse(LIST), {"action": "delete_posts", "_selected_action": [post.pk]})


def test_posts_are_found_by_text_and_author() -> None:
    PostFactory.create(text="A needle", author__username="ada")
    PostFactory.create(text="Hay")
    for query in ("needle", "ada"):
        page = staff("view_post").get(reverse(LIST), {"q": query}).text
        assert "A needle" in page
        assert "Hay" not in page


def test_nothing_is_typed_in() -> None:
    client = staff("view_post", "add_post", "change_post")
    assert client.get(reverse("admin:timeline_post_add")).status_code == 403
    assert 'name="text"' not in client.get(reverse("admin:timeline_post_change", args=[PostFactory.create().pk])).text


def test_deleting_goes_through_the_service() -> None:
    post = PostFactory.create(reply_count=1)
    delete(staff("view_post", "delete_post"), PostFactory.create(reply_to=post))
    assert Post.objects.get().reply_count == 0


def test_who_may_only_look_deletes_nothing() -> None:
    post = PostFactory.create()
    delete(staff("view_post"), post)
    assert Post.objects.get() == post
