"""Pictures of posts in X's shape: keys with the post, objects beside it."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
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


def test_x_s_way_of_uploading_is_refused(api: Client) -> None:
    body = {"text": "Hello", "media": {"media_ids": ["1"]}}
    assert api.post("/2/tweets", body, content_type="application/json").status_code == 400


# --- Uploading --------------------------------------------------------------------------------------------------------

ADDRESS = "/api/v1/posts"


def file(content: bytes | None = None, name: str = "../../boat.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture().image.read() if content is None else content, content_type="image/png")


def test_a_post_is_written_with_its_pictures(api: Client, ada: User, settings: Settings) -> None:
    sent = api.post(ADDRESS, {"text": "Look", "pictures": [file(), file()], "alts": ["A red boat", ""]})
    post = Post.objects.get()
    shown = [
        {"url": url(row, settings), "width": 90, "height": 60, "alt": row.alt}
        for row in post.pictures.order_by("position")
    ]
    assert sent.status_code == 201
    assert (post.author, post.text, post.picture_count) == (ada, "Look", 2)
    assert [line["alt"] for line in shown] == ["A red boat", ""]
    assert sent.json()["pictures"] == shown
    assert sent.json() | {"pictures": []} == {
        "id": str(post.pk),
        "text": "Look",
        "url": f"{settings.PUBLIC_ORIGIN}/ada/status/{post.pk}",
        "created_at": sent.json()["created_at"],
        "pictures": [],
    }


def test_words_are_optional_where_there_is_a_picture(api: Client, post: Post) -> None:
    sent = api.post(ADDRESS, {"pictures": [file()], "reply_to": str(post.pk)})
    assert (sent.status_code, sent.json()["text"]) == (201, "")
    assert Post.objects.get(pk=sent.json()["id"]).reply_to == post


def test_without_pictures_it_may_be_json(api: Client, post: Post) -> None:
    body = {"text": "Again", "quote_of": str(post.pk)}
    sent = api.post(ADDRESS, body, content_type="application/json")
    assert (sent.status_code, sent.json()["pictures"]) == (201, [])
    assert Post.objects.get(pk=sent.json()["id"]).quote_of == post


@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        ({"text": ""}, 400, "empty"),
        ({"pictures": [1] * 5}, 400, "too_many_pictures"),
        ({"pictures": [b"no picture"]}, 400, "bad_image"),
        ({"pictures": [b"<svg xmlns='http://www.w3.org/2000/svg'/>"]}, 400, "bad_image"),
        ({"pictures": [1], "alts": ["x" * 1001]}, 400, "too_long"),
        ({"pictures": [1], "alts": ["one", "two"]}, 400, "bad_request"),
        ({"text": "x" * 281}, 400, "too_long"),
        ({"text": "x", "quote_of": "99999"}, 404, "not_found"),
    ],
)
def test_a_refusal_has_the_code_of_the_page(api: Client, form: dict[str, Any], status: int, code: str) -> None:
    pictures = [file() if content == 1 else file(content) for content in form.get("pictures", [])]
    sent = api.post(ADDRESS, form | ({"pictures": pictures} if pictures else {}))
    assert (sent.status_code, sent.json()["code"]) == (status, code)
    assert not Post.objects.exists()


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"tekst": "x"}, 400),
        ({"text": ["one", "two"]}, 400),
        ({"text": "x", "reply_to": "y"}, 400),
        ({"text": "x" * 70_000}, 413),
    ],
)
def test_a_form_that_does_not_fit_is_refused(api: Client, form: dict[str, Any], status: int) -> None:
    sent = api.post(ADDRESS, form)
    assert (sent.status_code, sent["Content-Type"]) == (status, "application/problem+json")


def test_a_file_in_another_field_is_not_ignored(api: Client) -> None:
    sent = api.post(ADDRESS, {"text": "x", "picture": file()})
    assert (sent.status_code, sent.json()["errors"][0]["parameters"]) == (400, {"picture": []})


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("multipart/form-data", b"x", 400),
        ("multipart/form-data; boundary=b", b"--b\r\nContent-Disposition: form", 400),
        ("application/x-www-form-urlencoded", b"text=x", 415),
        ("text/plain", b"x", 415),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(api: Client, kind: str, body: bytes, status: int) -> None:
    assert api.post(ADDRESS, body, content_type=kind).status_code == status


def test_a_form_that_is_sent_again_makes_one_post(api: Client) -> None:
    """Programs make another boundary each time, and the key must count all the same."""
    key = {"idempotency-key": "once"}
    first, again = [api.post(ADDRESS, {"text": "x", "pictures": [file()]}, headers=key) for _ in range(2)]
    other = api.post(ADDRESS, {"text": "x", "pictures": [file(b"other")]}, headers=key)
    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert again["Idempotent-Replayed"] == "true"
    assert Post.objects.count() == 1


def test_the_schema_says_how_files_are_sent(client: Client) -> None:
    published = client.get("/api/schema/").json()
    content = published["paths"]["/api/v1/posts"]["post"]["requestBody"]["content"]
    form = content["multipart/form-data"]["schema"]
    assert form["properties"]["pictures"] == {
        "type": "array",
        "maxItems": 4,
        "items": {"type": "string", "format": "binary"},
    }
    assert set(form["properties"]) == {"text", "reply_to", "quote_of", "alts", "pictures"}
    assert "application/json" in content
