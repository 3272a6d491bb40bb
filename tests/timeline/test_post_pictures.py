"""Pictures of posts: what is taken, who sees them, and when their files are gone."""

import asyncio
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse
from PIL import Image
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings

from accounts.avatars import PORTRAIT_MAX_BYTES
from accounts.models import SuspensionScope, User
from accounts.services import block_user, delete_user, follow_user, suspend_user, update_profile
from spaces_project.common.errors import NotFound, ProductError
from tests.factories import PostFactory, UserFactory
from tests.spaces.scene import Scene
from timeline import selectors, services
from timeline.models import ALT_LENGTH, Post, PostPicture
from timeline.selectors.pins import pinnable_posts
from timeline.services import NewPicture, create_post, delete_post, edit_post, posts, remove_picture

pytestmark = [pytest.mark.django_db, pytest.mark.redis]

JSON = {"accept": "application/json"}
Capture = DjangoCaptureOnCommitCallbacks


@pytest.fixture(autouse=True)
def place(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def photo(width: int = 90, height: int = 60, kind: str = "PNG", **options: Any) -> io.BytesIO:
    output = io.BytesIO()
    Image.new("RGB", (width, height), "purple").save(output, kind, **options)
    output.seek(0)
    return output


def new(alt: str = "", *, width: int = 90) -> NewPicture:
    return NewPicture(photo(width), alt)


def upload(name: str = "photo.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, photo().getvalue(), "image/png")


def files(settings: Settings) -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def staff(*permissions: str) -> Client:
    user = UserFactory.create(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return signed_in(user)


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def ada() -> User:
    return UserFactory.create(username="ada", display_name="Ada Lovelace")


@pytest.fixture
def grace(ada: User) -> User:
    """Follows Ada."""
    grace = UserFactory.create(username="grace")
    follow_user(follower=grace, followee=ada)
    return grace


@pytest.fixture
def post(ada: User) -> Post:
    return create_post(author=ada, text="Look", pictures=[new("A purple field")])


def address(post: Post, place: int = 0) -> str:
    return PostPicture.objects.get(post=post, position=place).get_absolute_url()


def refusal(author: User, **fields: object) -> str:
    with pytest.raises(ProductError) as caught:
        create_post(author=author, **({"text": "Hello"} | fields))  # type: ignore[arg-type]  # wrong ones on purpose
    return caught.value.code


# --- Writing ----------------------------------------------------------------------------------------------------------


def test_four_are_kept_in_their_order_with_size_and_description(ada: User) -> None:
    create_post(author=ada, text="Look", pictures=[new(f"number {n}", width=10 + n) for n in range(4)])
    rows = PostPicture.objects.order_by("position").values_list("position", "width", "height", "alt")
    assert list(rows) == [(n, 10 + n, 60, f"number {n}") for n in range(4)]


def test_a_file_is_webp_under_a_random_name(post: Post) -> None:
    picture = post.pictures.get()
    assert re.fullmatch(r"posts/[0-9a-f]{2}/[0-9a-f]{32}\.webp", str(picture.image.name))
    assert Image.open(picture.image).format == "WEBP"


def test_metadata_is_not_kept(ada: User) -> None:
    exif = Image.Exif()
    exif[0x010E] = "hidden words"
    picture = NewPicture(photo(kind="JPEG", exif=exif))
    made = create_post(author=ada, text="", pictures=[picture]).pictures.get()
    assert b"hidden" not in Path(made.image.path).read_bytes()


@pytest.mark.parametrize(("mode", "size"), [("RGB", (4096, 1024)), ("RGBA", (1000, 3000)), ("L", (7, 9))])
def test_the_size_is_that_of_the_stored_picture(ada: User, mode: str, size: tuple[int, int]) -> None:
    output = io.BytesIO()
    Image.new(mode, size).save(output, "PNG")
    picture = create_post(author=ada, text="", pictures=[NewPicture(io.BytesIO(output.getvalue()))]).pictures.get()
    stored = Image.open(picture.image)
    assert (picture.width, picture.height) == stored.size
    assert max(stored.size) == min(2048, max(size))


def test_a_picture_needs_no_words_and_no_description(ada: User) -> None:
    assert create_post(author=ada, text=" ", pictures=[new()]).text == ""


def test_replies_and_quotes_have_pictures_too(ada: User, post: Post) -> None:
    reply = create_post(author=ada, text="", reply_to_id=post.pk, pictures=[new()])
    quote = create_post(author=ada, text="", quote_of_id=post.pk, pictures=[new()])
    assert (reply.pictures.count(), quote.pictures.count()) == (1, 1)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"text": " "}, "empty"),
        ({"pictures": [NewPicture(io.BytesIO(b"x"))] * 5}, "too_many_pictures"),
        ({"pictures": [NewPicture(io.BytesIO(b"x"), "x" * (ALT_LENGTH + 1))]}, "too_long"),
        ({"pictures": [NewPicture(io.BytesIO(b"not an image"))]}, "bad_image"),
        ({"pictures": [NewPicture(io.BytesIO(b"x" * (PORTRAIT_MAX_BYTES + 1)))]}, "bad_image"),
    ],
    ids=["nothing", "five", "a long description", "no image", "too many bytes"],
)
def test_what_is_refused(ada: User, settings: Settings, fields: dict[str, object], code: str) -> None:
    assert refusal(ada, **fields) == code
    assert not Post.objects.exists()
    assert files(settings) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"pictures": [NewPicture(io.BytesIO(b"x"))] * 5},
        {"pictures": [NewPicture(io.BytesIO(b"x"), "x" * 5_000)]},
        {"pictures": [NewPicture(io.BytesIO(b"x" * (PORTRAIT_MAX_BYTES + 1)))]},
        {"pictures": [NewPicture(io.BytesIO(b"x"))], "text": "x" * 5_000},
        {"pictures": [NewPicture(io.BytesIO(b"x"))], "reply_to_id": 1},
    ],
    ids=["five", "a long description", "too many bytes", "a long text", "no such post"],
)
def test_a_limit_comes_before_any_decoding(ada: User, fields: dict[str, object]) -> None:
    with patch("accounts.avatars.subprocess.run") as decoder:
        refusal(ada, **fields)
    decoder.assert_not_called()


def test_the_rate_limit_of_posts_comes_before_any_decoding(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posts, "POSTS_PER_WINDOW", 1)
    create_post(author=ada, text="one")
    with patch("accounts.avatars.subprocess.run") as decoder:
        assert refusal(ada, pictures=[new()]) == "too_many"
    decoder.assert_not_called()


def test_somebody_suspended_posts_none(ada: User) -> None:
    suspend_user(user=ada, scope=SuspensionScope.ENTIRELY)
    assert refusal(ada, pictures=[new()]) == "suspended"


def test_a_post_that_fails_leaves_no_file(ada: User, settings: Settings) -> None:
    with patch.object(posts, "store_tags", side_effect=RuntimeError), pytest.raises(RuntimeError), transaction.atomic():
        create_post(author=ada, text="Look", pictures=[new(), new()])
    assert files(settings) == []


def test_an_edit_keeps_pictures_and_may_leave_no_text(ada: User, post: Post) -> None:
    edited = edit_post(user=ada, post_id=post.pk, text="")
    assert (edited.text, edited.pictures.get().alt) == ("", "A purple field")
    assert "required" not in signed_in(ada).get(f"/i/posts/{post.pk}/edit").text.split('id="edit-text"')[1][:60]


def test_a_post_without_pictures_keeps_a_text(ada: User) -> None:
    plain = create_post(author=ada, text="Hello")
    with pytest.raises(ProductError) as caught:
        edit_post(user=ada, post_id=plain.pk, text="")
    assert caught.value.code == "empty"


# --- The composer -----------------------------------------------------------------------------------------------------


def test_a_plain_form_sends_numbered_files_with_their_descriptions(ada: User) -> None:
    fields = {"text": "", "picture_2": upload(), "alt_2": "second field", "picture_4": upload(), "alt_3": "of no file"}
    response = signed_in(ada).post("/compose", fields)
    rows = list(PostPicture.objects.order_by("position").values_list("position", "alt"))
    assert (response.status_code, rows) == (303, [(0, "second field"), (1, "")])


def test_a_fifth_file_is_refused(ada: User) -> None:
    fields = {"text": "x", **{f"picture_{number}": upload() for number in range(1, 6)}}
    response = signed_in(ada).post("/compose", fields, headers=JSON)
    assert (response.status_code, response.json()["error"]["code"]) == (400, "too_many_pictures")


def test_the_form_works_without_script_and_names_its_fields(ada: User) -> None:
    page = signed_in(ada).get("/compose").text
    [form] = [form for form in page.split("<form") if "post-text-picture-1" in form]
    assert 'enctype="multipart/form-data"' in form
    for number in range(1, 5):
        for kind in ("picture", "alt"):
            assert f'name="{kind}_{number}"' in form
            assert f'<label for="post-text-{kind}-{number}">' in form


# --- Who sees them ----------------------------------------------------------------------------------------------------


def status(user: User | None, path: str) -> int:
    return (Client() if user is None else signed_in(user)).get(path).status_code


def bytes_of(response: Any) -> bytes:
    async def read() -> bytes:
        return b"".join([piece async for piece in response.streaming_content])

    return asyncio.run(read())


def test_a_picture_of_a_public_post_opens_for_everybody(post: Post) -> None:
    response = Client().get(address(post))
    assert (response.status_code, response.headers["Content-Type"]) == (200, "image/webp")
    assert Image.open(io.BytesIO(bytes_of(response))).size == (90, 60)


def test_it_is_kept_by_the_readers_browser_only_which_asks_each_time(post: Post) -> None:
    response = Client().get(address(post))
    kept = {part.strip() for part in response.headers["Cache-Control"].split(",")}
    assert kept == {"private", "no-cache"}
    again = Client().get(address(post), headers={"if-none-match": response.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.security("C10")
def test_a_picture_of_a_protected_account_is_for_its_followers(post: Post, ada: User, grace: User) -> None:
    update_profile(user=ada, display_name="Ada", bio="", protected=True)
    path = address(post)
    assert [status(user, path) for user in (ada, grace, UserFactory.create(), None)] == [200, 200, 404, 404]


@pytest.mark.parametrize("who_blocks", ["author", "reader"])
def test_a_block_hides_it_both_ways(post: Post, ada: User, grace: User, who_blocks: str) -> None:
    blocker, blocked = (ada, grace) if who_blocks == "author" else (grace, ada)
    block_user(blocker=blocker, blocked=blocked)
    assert status(grace, address(post)) == 404


def test_a_closed_account_hides_it(post: Post, ada: User, grace: User) -> None:
    User.objects.filter(pk=ada.pk).update(is_active=False)
    assert status(grace, address(post)) == 404


def test_it_is_not_found_below_another_post(post: Post, ada: User) -> None:
    other = create_post(author=ada, text="other")
    with pytest.raises(NotFound):
        selectors.get_picture(post_id=other.pk, picture_id=post.pictures.get().pk, viewer_id=ada.pk)


@pytest.mark.parametrize("prefix", ["/media/", "/media/./", "/media/avatars/../", "/media//"])
def test_the_path_on_the_disk_is_told_to_nobody_and_serves_nothing(ada: User, post: Post, prefix: str) -> None:
    name = str(post.pictures.get().image.name)
    assert Client().get(f"{prefix}{name}").status_code == 404
    assert name not in signed_in(ada).get(post.get_absolute_url()).text


def test_a_lost_file_is_not_found(post: Post) -> None:
    Path(post.pictures.get().image.path).unlink()
    assert status(None, address(post)) == 404


# --- When they are gone -----------------------------------------------------------------------------------------------


Removal = Callable[[Post], object]
REMOVALS: dict[str, Removal] = {
    "its author deletes the post": lambda post: delete_post(user=post.author, post_id=post.pk),
    "a moderator deletes the post": lambda post: delete_post(
        user=UserFactory.create(is_staff=True, is_superuser=True), post_id=post.pk, as_operator=True
    ),
    "a moderator removes the picture": lambda post: remove_picture(picture_id=post.pictures.get().pk),
    "the account is deleted": lambda post: delete_user(user=post.author),
    "the row is deleted": lambda post: PostPicture.objects.filter(post=post).delete(),
}


@pytest.mark.security("C17")
@pytest.mark.parametrize("how", REMOVALS)
def test_the_file_goes_however_the_picture_goes(
    post: Post, settings: Settings, how: str, django_capture_on_commit_callbacks: Capture
) -> None:
    path = address(post)
    assert len(files(settings)) == 1
    with django_capture_on_commit_callbacks(execute=True):
        REMOVALS[how](post)
    assert (files(settings), PostPicture.objects.count(), status(None, path)) == ([], 0, 404)


def test_the_post_stays_when_a_moderator_removes_its_only_picture(ada: User) -> None:
    post = create_post(author=ada, text="", pictures=[new()])
    remove_picture(picture_id=post.pictures.get().pk)
    assert "The picture was removed." in signed_in(ada).get(post.get_absolute_url()).text
    with pytest.raises(NotFound):
        remove_picture(picture_id=0)


# --- Pages ------------------------------------------------------------------------------------------------------------


def test_a_page_reserves_the_room_and_says_what_it_shows(post: Post) -> None:
    page = Client().get(post.get_absolute_url()).text
    [image] = re.findall(r"<img src=\"/i/posts/[^>]+>", page)
    for part in ('width="90"', 'height="60"', 'alt="A purple field"', 'loading="lazy"'):
        assert part in image


def test_descriptions_are_text(ada: User) -> None:
    post = create_post(author=ada, text="", pictures=[new('"><script>alert(1)</script>')])
    page = Client().get(post.get_absolute_url()).text
    assert "<script>alert" not in page and "&lt;script&gt;" in page


@pytest.mark.parametrize("where", ["/", "/ada/posts", "/i/bookmarks", "/i/tags/fields", "/{post}", "/{reply}"])
def test_they_are_shown_wherever_posts_are(ada: User, grace: User, where: str) -> None:
    post = create_post(author=ada, text="See #fields", pictures=[new("A field")])
    reply = create_post(author=ada, text="again", reply_to_id=post.pk)
    services.bookmark_post(user=grace, post_id=post.pk)
    paths = {"post": post.get_absolute_url()[1:], "reply": reply.get_absolute_url()[1:]}
    assert address(post) in signed_in(grace).get(where.format(**paths)).text


def test_a_quote_shows_those_of_both(ada: User, post: Post, grace: User) -> None:
    quote = create_post(author=ada, text="", quote_of_id=post.pk, pictures=[new()])
    page = signed_in(grace).get(quote.get_absolute_url()).text
    assert address(post) in page and address(quote) in page


def test_a_repost_shows_those_of_the_original(post: Post, grace: User) -> None:
    services.repost_post(user=grace, post_id=post.pk)
    assert address(post) in Client().get("/grace/posts").text


def test_many_pictures_cost_one_query(
    ada: User, grace: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    ids = [create_post(author=ada, text="x", pictures=[new(), new()]).pk for _ in range(4)]
    with django_assert_max_num_queries(8):
        rows = selectors.posts.post_rows(post_ids=ids, viewer_id=grace.pk)
    assert [len(row.pictures) for row in rows.values()] == [2] * 4


def test_a_pinned_post_shows_its_first_picture(scene: Scene) -> None:
    post = create_post(author=scene.host, text="", pictures=[new("first"), new("second")])
    services.pin_post(public_id=scene.id, user=scene.host, post_id=post.pk)
    [pin] = signed_in(scene.host).get(f"/i/spaces/{scene.id}/pins").json()["pins"]
    assert pin["picture"] == {"url": address(post), "alt": "first", "count": 2}
    assert pin["text"] == "2 pictures"
    assert [len(row.pictures) for row in pinnable_posts(user=scene.host)] == [2]


def test_a_pinned_post_without_one_says_so(scene: Scene) -> None:
    post = PostFactory.create(author=scene.host, text="plain")
    services.pin_post(public_id=scene.id, user=scene.host, post_id=post.pk)
    [pin] = signed_in(scene.host).get(f"/i/spaces/{scene.id}/pins").json()["pins"]
    assert (pin["picture"], pin["text"]) == (None, "plain")


# --- The staff --------------------------------------------------------------------------------------------------------


def test_the_staff_see_pictures_of_protected_accounts_with_the_post(post: Post, ada: User) -> None:
    update_profile(user=ada, display_name="Ada", bio="", protected=True)
    looking = staff("view_post", "view_postpicture")
    file = reverse("admin:timeline_postpicture_file", args=[post.pictures.get().pk])
    for page in ("admin:timeline_post_change", "admin:timeline_postpicture_change"):
        pk = post.pk if "post_change" in page else post.pictures.get().pk
        assert file in looking.get(reverse(page, args=[pk])).text
    assert looking.get(file).status_code == 200
    assert staff("view_post").get(file).status_code == 403
    assert signed_in(UserFactory.create()).get(file).status_code in (302, 403, 404)


@pytest.mark.parametrize(
    ("permissions", "left"), [(("view_postpicture", "delete_postpicture"), 0), (("view_postpicture",), 1)]
)
def test_the_staff_remove_one_if_they_may(post: Post, permissions: tuple[str, ...], left: int) -> None:
    listed = reverse("admin:timeline_postpicture_changelist")
    form = {"action": "remove_pictures", "_selected_action": [post.pictures.get().pk]}
    staff(*permissions).post(listed, form)
    assert PostPicture.objects.count() == left
    assert Post.objects.filter(pk=post.pk).exists()
