"""The whole evening without a mouse: a host and a listener who have the keyboard only."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import ADA_HZ, GRACE_HZ
from tests.journeys.keys import choose, fill, walk_to
from tests.support.browser import DESK, PASSWORD, PHONE, beside, screenshot, wait_until_heard, wait_until_silent
from tests.support.people import OPENS_WITHIN_MS, bubble, button
from tests.support.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300, func_only=True)]

TITLE = "By hand"
HEARD_WITHIN = 20.0


def log_in(page: Page, username: str) -> None:
    page.goto("/accounts/login/")
    fill(page, page.get_by_label("Username or email"), username)
    fill(page, page.get_by_label("Password", exact=True), PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Home")).to_be_visible()


def go_live(page: Page) -> None:
    walk_to(page, button(page, "Compose"))
    page.keyboard.press("ArrowUp")
    expect(button(page, "Spaces")).to_be_focused()
    page.keyboard.press("Enter")
    name = page.get_by_role("textbox", name="Name your Space")
    expect(name).to_be_focused()
    page.keyboard.type(TITLE)
    page.keyboard.press("Enter")
    expect(button(page, "Unmute")).to_be_visible(timeout=OPENS_WITHIN_MS)


def say_something(page: Page) -> None:
    choose(page, button(page, "Unmute"))
    expect(button(page, "Mute")).to_be_visible(timeout=OPENS_WITHIN_MS)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_from_the_log_in_to_the_last_word(stack: Stack, ada_page: Page, grace_page: Page, size: dict[str, int]) -> None:
    host, guest = beside(ada_page, stack.url, viewport=size), beside(grace_page, stack.url, viewport=size)
    log_in(host, "ada")
    log_in(guest, "grace")
    go_live(host)
    say_something(host)

    choose(guest, bubble(guest, TITLE))
    wait_until_heard(guest, ADA_HZ, seconds=HEARD_WITHIN)
    choose(guest, button(guest, "Request"))
    expect(button(guest, "Cancel request")).to_be_visible()

    choose(host, button(host, "Manage"))
    choose(host, button(host, "Approve Grace Hopper"))
    choose(host, button(host, "Back to the stage"), key="Shift+Tab")  # the title behind it has the focus
    say_something(guest)
    wait_until_heard(host, GRACE_HZ, seconds=HEARD_WITHIN)
    screenshot(guest, f"keyboard-speaking-{size['width']}")
    choose(guest, button(guest, "Mute"))
    wait_until_silent(host, GRACE_HZ, seconds=HEARD_WITHIN)
    choose(guest, button(guest, "Leave"))
    expect(bubble(guest, TITLE)).to_be_visible()

    choose(guest, button(guest, "Compose"))
    composer = guest.get_by_role("dialog", name="New post")
    expect(composer.get_by_role("textbox", name="What is happening?")).to_be_focused()
    guest.keyboard.type(f"What an evening ({size['width']})")
    choose(guest, composer.get_by_role("button", name="Post", exact=True))
    expect(guest.get_by_role("article", name=re.compile(rf"What an evening \({size['width']}\)"))).to_be_visible()

    choose(host, button(host, "End Space"))
    choose(host, button(host, "End for everyone"))
    choose(host, button(host, "Close"))
    for page in (host, guest):
        expect(bubble(page, TITLE)).to_have_count(0)
        page.context.close()
