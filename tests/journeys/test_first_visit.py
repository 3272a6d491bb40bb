"""How much a first visit loads, in a browser whose cache is empty."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.timeout(200, func_only=True), pytest.mark.security("B16")]

LOADED = """() => {
    const all = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
    return [all.length, all.reduce((sum, { transferSize }) => sum + transferSize, 0)];
}"""
KB = 1024


def first_visit(page: Page) -> tuple[int, int]:
    """Requests and bytes of the page that has just loaded, with what it asks for by itself a moment later."""
    page.wait_for_load_state("networkidle")
    requests, received = page.evaluate(LOADED)
    return requests, received


def test_the_log_in_page_is_light(stack: Stack, joan: Page) -> None:
    assert joan.context.browser is not None
    with joan.context.browser.new_context(base_url=stack.url) as fresh:
        page = fresh.new_page()
        page.goto("/accounts/login/")
        requests, received = first_visit(page)
    assert requests <= 12
    assert received <= 80 * KB


def test_home_is_light(stack: Stack, joan: Page) -> None:
    assert joan.context.browser is not None
    state = joan.context.storage_state()
    with joan.context.browser.new_context(base_url=stack.url, storage_state=state) as fresh:
        page = fresh.new_page()
        page.goto("/")
        expect(page.get_by_role("heading", name="Home")).to_be_visible()
        requests, received = first_visit(page)
    assert requests <= 25
    assert received <= 200 * KB


@pytest.mark.security("B17")
@pytest.mark.parametrize("path", ["/", "/ada", "/i/spaces", "/messages", "/notifications", "/settings/profile"])
@pytest.mark.parametrize(("width", "height"), [(320, 700), (844, 390), (720, 450), (360, 225)])
def test_no_page_is_wider_than_its_screen(joan: Page, path: str, width: int, height: int) -> None:
    joan.set_viewport_size({"width": width, "height": height})
    joan.goto(path)
    assert joan.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
