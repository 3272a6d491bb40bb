"""One product and four browsers for all journeys: each takes many seconds of a small machine to start. The product has
two web processes, so that people who meet on a page meet across processes.

A fixture of a person gives their page, at home, on a phone. A test ends what it starts; what it leaves is ended for it.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Page

from tests.support.browser import PHONE, Browsers, beside
from tests.support.people import resize
from tests.support.stack import Stack

ADA_HZ, GRACE_HZ, ALAN_HZ, JOAN_HZ = 440, 880, 660, 1100

STRANGER = "radia"
_MAKE_STRANGER = f"""
from accounts.models import User
from accounts.services import follow_user
stranger = User.objects.create_user("{STRANGER}", email="{STRANGER}@demo.invalid", password="spaces-demo")
User.objects.filter(pk=stranger.pk).update(display_name="Radia Perlman")
follow_user(follower=stranger, followee=User.objects.get(username="grace"))
"""


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Start the product with two languages of captions, both of which the engine takes for its English."""
    # The push service of a test is on this machine.
    environment = {"CAPTIONS_LANGUAGES": "en,en-GB", "WEBHOOK_TRUSTED_HOSTS": "127.0.0.1"}
    with Stack(tmp_path_factory.mktemp("journeys"), web_processes=2, environment=environment) as stack:
        yield stack


_END_ALL = """
from spaces.models import Space
from spaces.services import end_space
for space in Space.objects.filter(state="live").select_related("creator"):
    end_space(public_id=space.public_id, user=space.creator)
"""


@pytest.fixture(autouse=True)
def _nothing_goes_on(stack: Stack) -> Iterator[None]:
    """Clean up after any test, so that the next one finds no live Space and no user at a limit."""
    yield
    stack.forget_limits()
    with closing(sqlite3.connect(f"file:{stack.database}?mode=ro", uri=True)) as database:
        (live,) = database.execute("SELECT count(*) FROM spaces_space WHERE state = 'live'").fetchone()
    if live:
        stack.manage("shell", "--command", _END_ALL)


@pytest.fixture(scope="package")
def browsers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browsers]:
    with Browsers(tmp_path_factory.mktemp("voices")) as browsers:
        yield browsers


@pytest.fixture(scope="package")
def ada_page(stack: Stack, browsers: Browsers) -> Page:
    return browsers.open(stack.url, "ada", tone=ADA_HZ)


@pytest.fixture(scope="package")
def grace_page(stack: Stack, browsers: Browsers) -> Page:
    return browsers.open(stack.url, "grace", tone=GRACE_HZ)


@pytest.fixture(scope="package")
def alan_page(stack: Stack, browsers: Browsers) -> Page:
    return browsers.open(stack.url, "alan", tone=ALAN_HZ)


@pytest.fixture(scope="package")
def joan_page(stack: Stack, browsers: Browsers) -> Page:
    return browsers.open(stack.url, "joan", tone=JOAN_HZ)


@pytest.fixture(scope="package")
def stranger_page(stack: Stack, joan_page: Page) -> Page:
    stack.manage("shell", "--command", _MAKE_STRANGER)
    return beside(joan_page, stack.url, STRANGER)


def at_home(page: Page) -> Page:
    resize(page, PHONE)
    page.goto("/")
    return page


@pytest.fixture
def ada(ada_page: Page) -> Page:
    """Return the page of ada, who may host; every user of the demo follows her."""
    return at_home(ada_page)


@pytest.fixture
def grace(grace_page: Page) -> Page:
    return at_home(grace_page)


@pytest.fixture
def alan(alan_page: Page) -> Page:
    return at_home(alan_page)


@pytest.fixture
def joan(joan_page: Page) -> Page:
    return at_home(joan_page)


@pytest.fixture
def stranger(stranger_page: Page) -> Page:
    """Radia follows Grace and does not follow Ada. Her voice is Joan's."""
    return at_home(stranger_page)
