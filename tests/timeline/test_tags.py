"""Hashtags: what is one, and its page."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from spaces.states import SpaceState
from tests.factories import SpaceFactory, UserFactory
from timeline import services
from timeline.links import Kind, pieces, tags_in
from timeline.models import Post
from timeline.selectors.tags import tagged_posts

pytestmark = [pytest.mark.django_db, pytest.mark.redis]


@pytest.fixture
def ada() -> User:
    return UserFactory.create(username="ada")


def texts(tag: str, viewer: User | None = None) -> list[str]:
    page = tagged_posts(tag=tag, viewer_id=viewer.pk if viewer else None)
    return [row.post.text for row in page.items]


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("#Jazz and #jazz", ["jazz"]),
        ("(#one), #two!", ["one", "two"]),
        ("#2026 #1st #_", ["1st"]),
        ("a#b &#39; ##c /#d", []),
        ("https://example.com/#anchor", []),
        ("#\u00fcber #\u6771\u4eac", ["\u00fcber", "\u6771\u4eac"]),
        ("#" + "x" * 51, []),
    ],
)
def test_what_is_a_hashtag(text: str, tags: list[str]) -> None:
    assert tags_in(text) == tags
    assert "".join(piece.text for piece in pieces(text)) == text


def test_a_hashtag_is_a_link_to_its_page(client: Client, ada: User) -> None:
    services.create_post(author=ada, text="All about #Engines today")
    page = client.get("/i/tags/engines").text
    assert f'href="{reverse("tag", args=["Engines"])}"' in page
    assert "All about" in page


def test_posts_come_newest_first_and_page_by_page(ada: User) -> None:
    author = UserFactory.create()
    for post in Post.objects.bulk_create(Post(author=author, text=f"#x {n}") for n in range(40)):
        services.posts.store_tags(post)
    first = tagged_posts(tag="X", viewer_id=ada.pk)
    second = tagged_posts(tag="X", viewer_id=ada.pk, cursor=first.next_cursor)
    assert [row.post.text for row in (*first.items, *second.items)] == [f"#x {n}" for n in reversed(range(40))]


def test_a_protected_author_is_for_followers(ada: User) -> None:
    services.create_post(author=ada, text="#quiet words")
    User.objects.filter(pk=ada.pk).update(protected=True)
    assert (texts("quiet"), texts("quiet", ada)) == ([], ["#quiet words"])


def test_a_deleted_post_is_gone(ada: User) -> None:
    post = services.create_post(author=ada, text="#gone")
    services.delete_post(user=ada, post_id=post.pk)
    assert texts("gone") == []


def test_spaces_with_the_tag_in_their_name_stand_above(client: Client) -> None:
    SpaceFactory.create(title="Talk about #Rust", state=SpaceState.LIVE)
    SpaceFactory.create(title="#rusty things", state=SpaceState.LIVE)
    page = client.get("/i/tags/rust").text
    assert "Talk about" in page
    assert "rusty" not in page


@pytest.mark.parametrize("path", ["/i/tags/123", "/i/tags/a-b", "/i/tags/a%20b", f"/i/tags/{'x' * 51}"])
def test_what_is_no_hashtag_has_no_page(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_crafted_text_costs_no_more_than_a_plain_one() -> None:
    assert [piece.kind for piece in pieces("#1" * 2_000)] == [Kind.TEXT]
