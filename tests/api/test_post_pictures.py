"""Pictures of posts in X's shape: keys with the post, objects beside it."""

import io
from typing import Any

import pytest
from django.test import Client
from PIL import Image
from pytest_django import Settings

from accounts.models import User
from tests.api.conftest import Program
from tests.factories import UserFactory
from timeline.models import Post
from timeline.services import NewPicture, create_post

pytestmark = [pytest.mark.django_db, pytest.mark.redis]

EVERYTHING = "expansions=attachments.media_keys&media.fields=media_key,type,url,width,height,alt_text,duration_ms"


@pytest.fixture(autouse=True)
def place(settings: Settings, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def picture(alt: str = "") -> NewPicture:
    output = io.BytesIO()
    Image.new("RGB", (90, 60), "purple").save(output, "PNG")
    return NewPicture(io.BytesIO(output.getvalue()), alt)


@pytest.fixture
def ada() -> User:
    return UserFactory.create(username="ada")


@pytest.fixture
def api(ada: User, program: Program) -> Client:
    return program(ada)


@pytest.fixture
def post(ada: User) -> Post:
    return create_post(author=ada, text="Look", pictures=[picture("A field"), picture()])


def keys(post: Post) -> list[str]:
    return [f"3_{pk}" for pk in post.pictures.order_by("position").values_list("pk", flat=True)]


def test_a_post_names_its_pictures_only_if_asked(api: Client, post: Post) -> None:
    plain = api.get(f"/2/tweets/{post.pk}").json()["data"]
    asked = api.get(f"/2/tweets/{post.pk}?tweet.fields=attachments").json()
    assert "attachments" not in plain
    assert asked["data"]["attachments"] == {"media_keys": keys(post)}
    assert "includes" not in asked


def test_an_expansion_brings_them_with_the_fields_that_were_asked_for(
    api: Client, post: Post, settings: Settings
) -> None:
    first, second = post.pictures.order_by("position")
    answer = api.get(f"/2/tweets/{post.pk}?{EVERYTHING}").json()
    same = {"type": "photo", "width": 90, "height": 60}
    assert answer["data"]["attachments"] == {"media_keys": keys(post)}
    assert answer["includes"]["media"] == [
        {"media_key": f"3_{first.pk}", "alt_text": "A field", "url": url(first, settings)} | same,
        {"media_key": f"3_{second.pk}", "url": url(second, settings)} | same,
    ]
    bare = api.get(f"/2/tweets/{post.pk}?expansions=attachments.media_keys").json()
    assert bare["includes"]["media"][0] == {"media_key": f"3_{first.pk}", "type": "photo"}


def url(picture: Any, settings: Settings) -> str:
    return f"{settings.PUBLIC_ORIGIN}/i/posts/{picture.post_id}/pictures/{picture.pk}"


def test_a_post_without_pictures_has_no_key(api: Client, ada: User) -> None:
    plain = create_post(author=ada, text="Hello")
    answer = api.get(f"/2/tweets/{plain.pk}?{EVERYTHING}&tweet.fields=attachments").json()
    assert "attachments" not in answer["data"] and "includes" not in answer


def test_pictures_of_a_quoted_post(api: Client, ada: User, post: Post) -> None:
    quote = create_post(author=ada, text="Again", quote_of_id=post.pk)
    asked = "expansions=referenced_tweets.id.attachments.media_keys,referenced_tweets.id"
    answer = api.get(f"/2/tweets/{quote.pk}?{asked}").json()
    assert [media["media_key"] for media in answer["includes"]["media"]] == keys(post)
    assert answer["includes"]["tweets"][0]["attachments"] == {"media_keys": keys(post)}


def test_those_of_a_hidden_post_are_not_told(api: Client, post: Post, ada: User) -> None:
    other = UserFactory.create(protected=True)
    hidden = create_post(author=other, text="", pictures=[picture("secret")])
    answer = api.get(f"/2/tweets?ids={hidden.pk},{post.pk}&{EVERYTHING}").json()
    assert "secret" not in str(answer)
    assert [media["media_key"] for media in answer["includes"]["media"]] == keys(post)


def test_they_are_not_uploaded_here(api: Client) -> None:
    body = {"text": "Hello", "media": {"media_ids": ["1"]}}
    assert api.post("/2/tweets", body, content_type="application/json").status_code == 400
