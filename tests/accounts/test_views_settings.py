"""What people change about themselves."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from accounts.models import User

pytestmark = pytest.mark.django_db


def upload(name: str = "me.png", content: bytes | None = None) -> SimpleUploadedFile:
    output = io.BytesIO()
    Image.new("RGB", (20, 20), "red").save(output, "PNG")
    return SimpleUploadedFile(name, output.getvalue() if content is None else content)


def save(client: Client, **changes: str) -> int:
    return client.post("/settings/profile", {"display_name": "Ana", "bio": "", **changes}).status_code


def test_the_page_shows_what_is_stored(as_ana: Client) -> None:
    assert as_ana.get("/settings/profile").context["form"]["display_name"].value() == "Ana Lima"


def test_a_profile_is_saved(as_ana: Client, ana: User) -> None:
    assert save(as_ana, display_name="Ana L.", bio="Sounds", protected="on") == 302
    ana.refresh_from_db()
    assert (ana.display_name, ana.bio, ana.protected) == ("Ana L.", "Sounds", True)


@pytest.mark.asvs("15.3.3")
def test_no_other_field_can_be_set(as_ana: Client, ana: User) -> None:
    save(as_ana, is_staff="on", followers_count="900", username="root", id="1")
    ana.refresh_from_db()
    assert (ana.is_staff, ana.followers_count, ana.username) == (False, 0, "ana")


def test_a_name_that_is_too_long_is_refused_beside_the_field(as_ana: Client) -> None:
    response = as_ana.post("/settings/profile", {"display_name": "x" * 51, "bio": ""})
    assert "display_name" in response.context["form"].errors
    assert 'aria-describedby="id_display_name_error"' in response.text


@pytest.mark.asvs("5.3.1", "5.3.2")
def test_an_image_is_stored_under_a_name_of_the_server(as_ana: Client, ana: User) -> None:
    as_ana.post("/settings/avatar", {"avatar": upload("../../etc/passwd\r\n.png")})
    ana.refresh_from_db()
    assert re.fullmatch(r"avatars/([0-9a-f]{2})/\1[0-9a-f]{30}\.webp", str(ana.avatar.name))
    assert Image.open(ana.avatar.open()).size == (400, 400)


@pytest.mark.parametrize("content", [b"", b"<svg/>"], ids=["empty", "svg"])
def test_a_bad_image_is_refused_beside_the_field(as_ana: Client, ana: User, content: bytes) -> None:
    response = as_ana.post("/settings/avatar", {"avatar": upload(content=content)})
    ana.refresh_from_db()
    assert ("avatar" in response.context["avatar_form"].errors, bool(ana.avatar)) == (True, False)


def test_an_image_is_removed(as_ana: Client, ana: User) -> None:
    as_ana.post("/settings/avatar", {"avatar": upload()})
    as_ana.post("/settings/avatar", {"remove": "1"})
    ana.refresh_from_db()
    assert not ana.avatar


@pytest.mark.parametrize("path", ["/settings/profile", "/settings/avatar"])
def test_a_stranger_is_asked_to_log_in(client: Client, path: str) -> None:
    assert client.post(path)["Location"] == f"/accounts/login/?next={path}"
