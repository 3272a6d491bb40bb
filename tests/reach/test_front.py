"""The front door: what visitors, search engines and pages of other sites see of this one."""

import io
import re
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image
from pytest_django import Settings

from accounts.models import User
from spaces.models import Space
from spaces.states import SpaceState
from tests.factories import SpaceFactory, UserFactory
from tests.spaces.scene import Scene
from timeline.models import SiteText
from timeline.reach.pictures import SIZE, Face, Picture, draw

pytestmark = [pytest.mark.django_db, pytest.mark.redis]

TITLE = "Bird song at dawn"


def front(client: Client) -> str:
    answer = client.get("/")
    assert answer.status_code == 200
    return answer.text


@pytest.fixture
def live() -> Space:
    return SpaceFactory.create(title=TITLE)


# --- The page ---


def test_a_visitor_sees_what_is_on_and_what_is_coming(client: Client, live: Space) -> None:
    soon = timezone.now() + timedelta(hours=1)
    SpaceFactory.create(title="Tomorrow's sky", state=SpaceState.SCHEDULED, scheduled_start=soon)
    page = front(client)
    assert TITLE in page and "Tomorrow&#x27;s sky" in page
    assert f'href="{live.get_absolute_url()}"' in page
    assert "/accounts/signup/" in page


@pytest.mark.parametrize(
    "hidden",
    [
        {"locked": True},
        {"accounts_only": True},
        {"state": SpaceState.ENDED, "end_reason": "host_ended"},
        {"state": SpaceState.CANCELED, "end_reason": "host_canceled"},
    ],
    ids=str,
)
def test_what_visitors_may_not_hear_is_not_shown(client: Client, live: Space, hidden: dict[str, object]) -> None:
    Space.objects.filter(pk=live.pk).update(**hidden)
    assert TITLE not in front(client)


@pytest.mark.parametrize("hidden", [{"is_active": False}, {"suspended_until": timezone.now() + timedelta(days=1)}])
def test_hosts_who_are_closed_or_suspended_are_not_shown(
    client: Client, live: Space, hidden: dict[str, object]
) -> None:
    User.objects.filter(pk=live.host_id).update(**hidden)
    assert TITLE not in front(client)


def test_without_public_listening_nothing_is_shown(client: Client, live: Space, settings: Settings) -> None:
    settings.SPACES_PUBLIC_LISTENING = False
    page = front(client)
    assert TITLE not in page and "for people with an account" in page
    assert live.public_id not in client.get("/sitemap-spaces.xml").text


def test_a_user_gets_the_timeline(client: Client) -> None:
    client.force_login(UserFactory.create())
    assert "front-title" not in client.get("/").text


def test_the_texts_of_the_operator(client: Client) -> None:
    SiteText.objects.create(kind="about", text="We are <b>the</b> bird club. https://birds.example/")
    SiteText.objects.create(kind="privacy", text="One.\n\nTwo.")
    SiteText.objects.create(kind="terms", text="")
    page = front(client)
    assert "&lt;b&gt;the&lt;/b&gt; bird club" in page and 'href="https://birds.example/"' in page
    assert re.findall(r'href="(/i/about/\w+)"', page) == ["/i/about/privacy"]
    assert "<p>Two.</p>" in client.get("/i/about/privacy").text
    assert [client.get(f"/i/about/{kind}").status_code for kind in ("terms", "rules", "nothing")] == [404] * 3


@pytest.fixture
def scene() -> Scene:
    return Scene()


# --- Programs ---


def test_robots_are_told_of_the_sitemap(client: Client, settings: Settings) -> None:
    text = client.get("/robots.txt").text
    assert f"Sitemap: {settings.PUBLIC_ORIGIN}/sitemap.xml" in text
    assert "Disallow: /settings/" in text


def locations(client: Client, path: str) -> list[str]:
    answer = client.get(path)
    assert answer.status_code == 200
    return [element.text or "" for element in ElementTree.fromstring(answer.content).iter() if "loc" in element.tag]


def test_the_sitemap_leads_to_pages_that_are_there(client: Client, live: Space, settings: Settings) -> None:
    SiteText.objects.create(kind="rules", text="Be kind.")
    parts = locations(client, "/sitemap.xml")
    found = [page for part in parts for page in locations(client, part.removeprefix(settings.PUBLIC_ORIGIN))]
    assert {f"{settings.PUBLIC_ORIGIN}{live.get_absolute_url()}", f"{settings.PUBLIC_ORIGIN}/"} <= set(found)
    assert {client.get(page.removeprefix(settings.PUBLIC_ORIGIN)).status_code for page in found} == {200}


def test_the_sitemap_does_not_believe_the_host_header(client: Client, live: Space, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["other.example", "testserver"]
    for page in locations(client.__class__(headers={"host": "other.example"}), "/sitemap-spaces.xml"):
        assert page.startswith(settings.PUBLIC_ORIGIN)


def test_a_link_is_described(client: Client, live: Space, settings: Settings) -> None:
    link = f"{settings.PUBLIC_ORIGIN}{live.get_absolute_url()}"
    found = client.get("/i/oembed", {"url": link}).json()
    assert (found["type"], found["title"]) == ("link", TITLE)
    picture = found["thumbnail_url"].removeprefix(settings.PUBLIC_ORIGIN)
    assert client.get(picture)["Content-Type"] == "image/png"
    page = client.get(live.get_absolute_url()).text
    assert 'type="application/json+oembed"' in page


@pytest.mark.parametrize(
    ("url", "status"),
    [("", 400), ("https://other.example/i/spaces/x", 400), ("{}/ada", 404), ("{}/i/spaces/1nosuchspace", 404)],
)
def test_other_links_are_not_described(client: Client, settings: Settings, url: str, status: int) -> None:
    assert client.get("/i/oembed", {"url": url.format(settings.PUBLIC_ORIGIN)}).status_code == status


def test_oembed_speaks_json_only(client: Client) -> None:
    assert client.get("/i/oembed", {"url": "", "format": "xml"}).status_code == 501


# --- Pictures ---


def watched(monkeypatch: pytest.MonkeyPatch) -> list[Picture]:
    """Return a list that gets every picture in the place of drawing it."""
    drawn: list[Picture] = []

    def note(picture: Picture) -> bytes:
        drawn.append(picture)
        return b"x"

    monkeypatch.setattr("timeline.reach.views.pictures.draw", note)
    return drawn


def test_the_picture_of_a_space(client: Client, live: Space) -> None:
    answer = client.get(f"{live.get_absolute_url()}/picture.png")
    image = Image.open(io.BytesIO(answer.content))
    assert (image.format, image.size) == ("PNG", SIZE)
    assert len(answer.content) < 150_000
    assert "max-age=60" in answer["Cache-Control"]


def test_the_picture_changes_with_the_space(client: Client, live: Space) -> None:
    path = f"{live.get_absolute_url()}/picture.png"
    before = client.get(path).content
    assert client.get(path).content == before
    Space.objects.filter(pk=live.pk).update(title="Another title")
    assert client.get(path).content != before


def test_of_a_locked_space_only_the_host_is_drawn(
    client: Client, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = watched(monkeypatch)
    client.get(f"{scene.space.get_absolute_url()}/picture.png")
    Space.objects.filter(pk=scene.space.pk).update(locked=True)
    client.get(f"{scene.space.get_absolute_url()}/picture.png")
    assert [len(picture.faces) for picture in drawn] == [3, 1]


def test_the_picture_of_a_profile_says_live(client: Client, live: Space, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = watched(monkeypatch)
    client.get(f"/i/profiles/{live.host.username}/picture.png")
    assert (drawn[0].is_live, drawn[0].subtitle) == (True, TITLE)
    assert client.get("/i/profiles/nobody_here/picture.png").status_code == 404
    assert "picture.png" in client.get(f"/{live.host.username}").text


@pytest.mark.security("B11")
def test_drawing_is_limited_before_it_costs(client: Client, live: Space, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("timeline.reach.views.pictures.DRAWN_A_MINUTE", 2)
    monkeypatch.setattr("timeline.reach.views.pictures.draw", lambda picture: b"x")
    statuses = []
    for number in range(4):
        Space.objects.filter(pk=live.pk).update(title=f"Title {number}")
        statuses.append(client.get(f"{live.get_absolute_url()}/picture.png").status_code)
    assert statuses == [200, 200, 429, 429]


@pytest.mark.parametrize("title", ["", "W" * 70, "one two " * 9, "日本語の題名", "مرحبا", "🐦 birds"])
def test_any_title_is_drawn(title: str) -> None:
    faces = [Face("AL", number, b"no image" if number else b"") for number in range(8)]
    picture = Picture(title, "s" * 300, "LIVE", is_live=True, faces=faces, site="Spaces")
    assert Image.open(io.BytesIO(draw(picture))).size == SIZE
