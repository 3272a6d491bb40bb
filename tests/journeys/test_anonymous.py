"""A visitor without an account follows a shared link: one press, and the host is heard."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import ADA_HZ
from tests.support.browser import DESK, beside, screenshot, wait_until_heard
from tests.support.people import button, end_space, press, resize, start_space, unmute
from tests.support.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300, func_only=True)]

HEARD_WITHIN = 20.0
COUNTED_WITHIN_MS = 15_000
GONE_WITHIN_MS = 40_000


def count(page: Page, number: int, *, within: int) -> None:
    expect(page.locator("[data-meta]")).to_contain_text(f"{number} listening", timeout=within)


def test_a_shared_link_is_all_it_takes_to_listen(stack: Stack, ada: Page, joan_page: Page) -> None:
    space = start_space(ada, "Open audio hour")
    unmute(ada)
    count(ada, 0, within=COUNTED_WITHIN_MS)

    visitor = beside(joan_page, stack.url)
    visitor.goto(f"/i/spaces/{space}")
    expect(visitor).to_have_title("Open audio hour · Spaces")
    expect(visitor.get_by_role("link", name="Log in to take part")).to_be_visible()
    screenshot(visitor, "public-page")
    press(visitor, "Start listening")
    wait_until_heard(visitor, ADA_HZ, seconds=HEARD_WITHIN)
    count(ada, 1, within=COUNTED_WITHIN_MS)
    count(visitor, 1, within=COUNTED_WITHIN_MS)

    expect(visitor.get_by_role("link", name="Log in to speak")).to_be_visible()
    for name in ("Request", "React", "Manage", "More"):
        expect(button(visitor, name)).to_have_count(0)
    screenshot(visitor, "public-room")

    resize(visitor, DESK)
    expect(button(visitor, "Open the room")).to_be_visible()
    screenshot(visitor, "public-room-desk")
    visitor.context.close()
    count(ada, 0, within=GONE_WITHIN_MS)
    end_space(ada)
