"""How much a first visit loads, in a browser whose cache is empty.

`benchmarks/page_weight.py` prints the figures and measures how soon something is shown.
"""

import pytest
from playwright.sync_api import Browser, Page

from tests.support.stack import Stack
from tests.support.visits import first_visit

pytestmark = [pytest.mark.journey, pytest.mark.timeout(200, func_only=True), pytest.mark.security("B16")]


def test_the_log_in_page_is_light(stack: Stack, joan: Page) -> None:
    visit = first_visit(_browser(joan), stack.url, "/accounts/login/")
    assert visit.requests <= 12
    assert 0 < visit.bytes <= 80_000


def test_the_front_page_is_light(stack: Stack, joan: Page) -> None:
    visit = first_visit(_browser(joan), stack.url, "/")
    assert visit.requests <= 12
    assert 0 < visit.bytes <= 80_000


@pytest.mark.parametrize("path", ["/", "/ada"], ids=["home", "profile"])
def test_home_is_light(stack: Stack, joan: Page, path: str) -> None:
    visit = first_visit(_browser(joan), stack.url, path, state=joan.context.storage_state())
    assert visit.requests <= 25
    assert 0 < visit.bytes <= 200_000


def _browser(page: Page) -> Browser:
    assert page.context.browser is not None
    return page.context.browser


@pytest.mark.security("B17")
@pytest.mark.parametrize("path", ["/", "/ada", "/i/spaces", "/messages", "/notifications", "/settings/profile"])
@pytest.mark.parametrize(("width", "height"), [(320, 700), (844, 390), (720, 450), (360, 225)])
def test_no_page_is_wider_than_its_screen(joan: Page, path: str, width: int, height: int) -> None:
    joan.set_viewport_size({"width": width, "height": height})
    joan.goto(path)
    assert joan.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
