"""A first visit loads few files: what belongs together is collected when the site is set up."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.test import Client

from spaces_project.common import assets
from tests.factories import UserFactory

pytestmark = pytest.mark.security("B16")

SITE = ["build/site.css", "build/visitor.js", "build/room.js"]


@pytest.fixture
def collected(tmp_path: Path) -> Path:
    """A directory with our static files, as `collectstatic` leaves it."""
    for finder in finders.get_finders():
        for name, storage in finder.list([]):
            if name.split("/")[0] in ("spaces", "timeline", "captions", "reach"):
                (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(storage.path(name), tmp_path / name)
    return tmp_path


def test_what_pages_load_is_collected_into_three_files(collected: Path) -> None:
    assert list(assets.collect(collected)) == SITE
    style, visitor, room = [(collected / name).read_text() for name in SITE]
    assert "@import" not in style
    assert not re.search(r"\b(import|from)\s*[\"']", visitor + room)
    assert "data-local-time" in visitor
    assert "data-local-time" in room
    assert "/ws/spaces/" not in visitor, "a visitor's page without a room needs nothing of one"
    assert "/ws/spaces/" in room


def test_without_the_program_pages_load_the_files_one_by_one(collected: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert list(assets.collect(collected)) == []
    assert assets.styles({}) == assets.STYLES
    assert assets.scripts("visitor", {}) == assets.PAGE


def _style_sheets() -> Iterator[Path]:
    """Yield those of our apps, and of the apps inside them."""
    for app in ("accounts", "spaces", "timeline", "captions"):
        yield from Path(app).glob("**/static/*/css/**/*.css")


def test_every_style_sheet_of_the_pages_is_listed_once() -> None:
    apps = [path for path in _style_sheets() if path.name not in ("admin.css", "listen-in.css")]
    assert sorted("/".join(path.parts[path.parts.index("static") + 1 :]) for path in apps) == sorted(assets.STYLES)


@pytest.mark.django_db
@pytest.mark.redis
@pytest.mark.parametrize(("path", "is_member"), [("/accounts/login/", False), ("/ada", False), ("/", True)])
def test_a_page_asks_for_few_files(client: Client, monkeypatch: pytest.MonkeyPatch, path: str, is_member: bool) -> None:
    monkeypatch.setattr(staticfiles_storage, "hashed_files", dict.fromkeys(SITE, ""), raising=False)
    ada = UserFactory.create(username="ada")
    if is_member:
        client.force_login(ada)
    page = client.get(path).text
    sheets, scripts = re.findall(r'rel="stylesheet"', page), re.findall(r"<script[^>]* src=", page)
    assert len(sheets) == 1
    assert len(scripts) <= 6
    assert ("build/room.js" in page, "build/visitor.js" in page) == (is_member, not is_member)
