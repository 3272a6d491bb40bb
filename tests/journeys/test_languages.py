"""A walk in each language, on a phone and on a desk: it is the language that was chosen, it runs in its direction,
nothing is cut or torn apart, and nothing moves sideways.

People look at the screenshots, `var/screenshots/walk-*.png`.
"""

import re
from typing import Final

import pytest
from django.conf import settings
from playwright.sync_api import Page, ViewportSize, expect

from tests.support.browser import PHONE, beside, screenshot
from tests.support.cut import cut_texts
from tests.support.people import OPENS_WITHIN_MS, resize, start_space
from tests.support.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300, func_only=True)]

SIZES: Final = {"phone": PHONE, "desk": {"width": 1440, "height": 900}}
RIGHT_TO_LEFT: Final = ("ar",)
ALL: Final = r"\p{L}"
CODES: Final = [code for code, _ in settings.LANGUAGES if code != "en"]
PAGES: Final = {
    "home": "/",
    "profile": "/ada",
    "own-profile": "/settings/profile",
    "told": "/settings/notifications",
    "account": "/settings/account",
    "notifications": "/notifications",
    "messages": "/messages",
    "discovery": "/i/spaces",
    "new-Space": "/i/spaces/new",
}
_TORN: Final = """() => {
    const torn = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const left = (node, at) => {
        const range = document.createRange();
        range.setStart(node, at);
        range.setEnd(node, at + 1);
        return range.getBoundingClientRect();
    };
    while (walker.nextNode()) {
        const node = walker.currentNode;
        if (!node.parentElement.checkVisibility() || node.parentElement.closest(".visually-hidden")) continue;
        for (const { index, 0: handle } of node.data.matchAll(/@\\w+/g)) {
            const [sign, first] = [left(node, index), left(node, index + 1)];
            if (sign.width && sign.top === first.top && sign.left > first.left) torn.push(handle);
        }
    }
    return torn;
}"""
"""Finds handles whose sign stands behind them."""
_IS_WIDER: Final = "() => document.documentElement.scrollWidth > innerWidth"


@pytest.mark.parametrize("code", CODES)
def test_a_walk(code: str, ada: Page, grace: Page, stack: Stack) -> None:
    live = start_space(ada, "An evening of trees")
    grace.emulate_media(reduced_motion="reduce")
    visitor = beside(grace, stack.url)
    found = []
    for page in (grace, visitor):
        page.context.add_cookies([{"name": "language", "value": code, "url": stack.url}])
    for name, address in PAGES.items():
        grace.goto(address)
        found += look(grace, name, code)
    grace.goto(f"/i/spaces/{live}")
    grace.locator("[data-join-button]").first.click()
    expect(grace.locator("[data-leave]")).to_be_visible(timeout=OPENS_WITHIN_MS)
    found += look(grace, "room", code)
    grace.locator("[data-leave]").click()
    visitor.goto("/")
    found += look(visitor, "front", code)
    visitor.goto("/accounts/login/")
    found += look(visitor, "log-in", code)
    visitor.context.close()
    grace.context.clear_cookies(name="language")
    assert not found, "\n".join(found)


def look(page: Page, name: str, code: str) -> list[str]:
    """Return what is wrong at both widths."""
    expect(page.locator("html")).to_have_attribute("lang", re.compile(f"^{code}$", re.IGNORECASE))
    expect(page.locator("html")).to_have_attribute("dir", "rtl" if code in RIGHT_TO_LEFT else "ltr")
    found: list[str] = []
    for size, viewport in SIZES.items():
        page.set_viewport_size(ViewportSize(width=viewport["width"], height=viewport["height"]))
        page.wait_for_timeout(200)  # scripts answer the new size, too
        screenshot(page, f"walk-{code}-{name}-{size}")
        found += [f"{code}, {name} on a {size}: {line}" for line in cut_texts(page, ours=ALL)]
        found += [f"{code}, {name} on a {size}: {handle} has its sign at the end" for handle in page.evaluate(_TORN)]
        if page.evaluate(_IS_WIDER):
            found.append(f"{code}, {name} on a {size}: the page moves sideways")
    resize(page, PHONE)
    return found
