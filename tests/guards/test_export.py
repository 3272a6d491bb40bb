"""The export of an account has everything that is the owner's, and nothing that is private to others."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from django.apps import apps
from pytest_django import Settings

from accounts import services as accounts
from accounts.models import AccountExport, User
from spaces.moderation import exports
from spaces.moderation import services as moderation
from spaces.moderation.takeout import write_export
from tests.factories import UserFactory
from tests.guards.test_nothing_stays import picture
from tests.spaces.scene import Scene
from timeline import services as timeline

pytestmark = [pytest.mark.django_db, pytest.mark.redis]


@pytest.fixture(autouse=True)
def places(settings: Settings, tmp_path: Path) -> None:
    settings.ACCOUNT_EXPORTS_DIR = tmp_path / "exports"
    settings.MEDIA_ROOT = tmp_path / "media"


def pointing_at_users() -> set[str]:
    """Return every field of every model that names a user, as `app.Model.field`."""
    return {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.related_model is User and field.concrete
    }


def test_every_row_that_names_a_user_is_exported_or_left_out_for_a_reason() -> None:
    known = exports.sources() | exports.left_out().keys()
    assert pointing_at_users() - known == set()


def test_nothing_is_listed_twice_or_without_being_there() -> None:
    assert exports.sources() & exports.left_out().keys() == set()
    assert exports.left_out().keys() - pointing_at_users() == set()
    assert all(exports.left_out().values())


def exported(user: User) -> zipfile.ZipFile:
    asked = AccountExport.objects.create(user=user)
    assert write_export(asked.pk)
    return zipfile.ZipFile(io.BytesIO(asked.path.read_bytes()))


@pytest.fixture
def ada(scene: Scene) -> User:
    """A user who says something everywhere, and about whom others say something."""
    ada = scene.listener
    accounts.set_avatar(user=ada, image=picture())
    timeline.create_post(author=ada, text="own post", pictures=[timeline.NewPicture(picture(), "own picture")])
    timeline.post_fleet(author=ada, text="own fleet", image=picture())
    timeline.send_message(sender=ada, to=scene.host, text="own message")
    timeline.send_message(sender=scene.host, to=ada, text="zqsecret message")
    accounts.block_user(blocker=ada, blocked=UserFactory.create(username="pest"))
    accounts.block_user(blocker=UserFactory.create(username="zqsecret"), blocked=ada)
    moderation.report_person(user=ada, person_id=scene.speaker.pk, reason="spam", text="own report", public_id=scene.id)
    moderation.report_person(user=scene.host, person_id=ada.pk, reason="abuse", text="zqsecret report")
    return ada


def texts(archive: zipfile.ZipFile) -> str:
    names = [name for name in archive.namelist() if not name.startswith("media/")]
    return "\n".join(archive.read(name).decode() for name in names)


def test_what_is_ones_own_is_in_it(ada: User) -> None:
    archive = exported(ada)
    found = texts(archive)
    for own in ("own post", "own picture", "own fleet", "own message", "own report", "pest", ada.email):
        assert own in found
    assert len([name for name in archive.namelist() if name.startswith("media/")]) == 3
    assert json.loads(archive.read("data/posts.json"))[0]["text"] == "own post"


@pytest.mark.asvs("8.2.2")
def test_what_is_private_to_others_is_not(ada: User, scene: Scene) -> None:
    found = texts(exported(ada))
    assert "zqsecret" not in found
    for other in (scene.host, scene.speaker, scene.cohost):
        assert other.email not in found


@pytest.mark.asvs("14.2.3")
def test_secrets_are_not_in_it(ada: User) -> None:
    token = accounts.create_personal_token(user=ada, name="bot", days=None, scopes=["users.read"])
    hook = accounts.create_webhook(owner=ada, url="https://example.com/", events=["space.started"])
    found = texts(exported(ada))
    assert "bot" in found and "https://example.com/" in found
    for secret in (token.key, hook.secret, "pbkdf2", ada.password or "pbkdf2"):
        assert secret not in found


def test_the_pages_are_links_to_what_is_there(ada: User) -> None:
    archive = exported(ada)
    index = archive.read("index.html").decode()
    for name in archive.namelist():
        if name.startswith(("pages/", "data/")):
            assert f'href="{name}"' in index


def test_what_was_written_is_text_on_the_pages(ada: User) -> None:
    timeline.create_post(author=ada, text="<script>alert(1)</script>")
    page = exported(ada).read("pages/posts.html").decode()
    assert "<script>" not in page and "&lt;script&gt;" in page
