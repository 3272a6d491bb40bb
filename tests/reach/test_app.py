"""The site as an app: what browsers ask before they offer to install it, and what stays in one after a log-out."""

import io
import json
import re

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from PIL import Image

from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_ada(client: Client) -> Client:
    client.force_login(UserFactory.create(username="ada", display_name="Ada Lovelace"))
    return client


def picture(address: str) -> Image.Image:
    path = finders.find(address.removeprefix("/static/"))
    assert isinstance(path, str)
    return Image.open(path)


def test_the_manifest_has_what_browsers_ask_of_an_app(client: Client) -> None:
    answer = client.get("/manifest.webmanifest")
    assert answer["Content-Type"] == "application/manifest+json"
    found = json.loads(answer.content)
    assert found["name"] == "Spaces"
    assert (found["id"], found["start_url"], found["scope"], found["display"]) == ("/", "/", "/", "standalone")
    for icon in found["icons"]:
        width, height = (int(side) for side in icon["sizes"].split("x"))
        assert picture(icon["src"]).size == (width, height)
    assert {(icon["sizes"], icon["purpose"]) for icon in found["icons"]} >= {
        ("192x192", "any"),
        ("512x512", "any"),
        ("512x512", "maskable"),
    }


def test_a_masked_icon_has_its_mark_inside_the_circle_that_every_platform_shows() -> None:
    image = picture("reach/img/maskable-512.png").convert("RGB")
    ground = image.getpixel((0, 0))
    centre, safe = 256, 0.4 * 512
    marks = [(x, y) for x in range(0, 512, 4) for y in range(0, 512, 4) if image.getpixel((x, y)) != ground]
    assert marks
    assert all((x - centre) ** 2 + (y - centre) ** 2 <= safe**2 for x, y in marks)


def test_pages_name_the_manifest_and_the_icon_of_a_phone(client: Client) -> None:
    page = client.get("/accounts/login/").text
    assert '<link rel="manifest" href="/manifest.webmanifest">' in page
    assert re.search(r'<link rel="apple-touch-icon" href="/static/reach/img/apple-touch-icon[^"]*\.png">', page)


@pytest.mark.parametrize(("path", "size"), [("/favicon.ico", (48, 48)), ("/apple-touch-icon.png", (180, 180))])
def test_icons_are_where_browsers_look_unasked(client: Client, path: str, size: tuple[int, int]) -> None:
    answer = client.get(path)
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert Image.open(io.BytesIO(content)).size == size


@pytest.mark.security("C25")
@pytest.mark.asvs("14.3.1")
@pytest.mark.parametrize("path", ["/i/offline", "/service-worker.js", "/manifest.webmanifest"])
def test_what_a_browser_keeps_is_the_same_for_every_user(as_ada: Client, path: str) -> None:
    member, visitor = as_ada.get(path), Client().get(path)
    assert member.content == visitor.content
    assert "Cookie" not in visitor.get("Vary", "")
    assert "ada" not in member.text


def test_the_worker_controls_every_page_and_is_asked_for_again(client: Client) -> None:
    answer = client.get("/service-worker.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert "no-cache" in answer["Cache-Control"]
    kept = re.findall(r'"([^"]+)"', answer.text.partition("shell:")[2].partition("]")[0])
    assert kept
    assert all(path.startswith("/static/") for path in kept), "pages of users are not kept"


def test_every_shortcut_opens(as_ada: Client) -> None:
    for shortcut in json.loads(as_ada.get("/manifest.webmanifest").content)["shortcuts"]:
        assert as_ada.get(shortcut["url"]).status_code == 200


def test_a_shared_link_opens_the_composer_with_each_part_once(as_ada: Client) -> None:
    shared = {"title": "A talk", "text": "Listen: https://example.test/a", "url": "https://example.test/a"}
    page = as_ada.get("/compose", shared).text
    assert ">A talk\nListen: https://example.test/a</textarea>" in page


def test_a_shared_text_of_any_length_opens_the_composer(as_ada: Client) -> None:
    answer = as_ada.get("/compose", {"text": "<b>" + "x" * 10_000})
    assert answer.status_code == 200
    assert "&lt;b&gt;xxx" in answer.text
