"""Posts that are put up in a Space."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browser import screenshot
from tests.support.people import (
    button,
    end_space,
    enter,
    give_microphone,
    leave,
    press,
    start_space,
)

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300, func_only=True)]

TITLE = "Show and tell"
SHOWN_WITHIN_MS = 5_000


def pinned(page: Page) -> Locator:
    return page.get_by_role("list", name="Pinned posts").get_by_role("link")


def post(page: Page, text: str) -> str:
    """Returns its address."""
    page.goto("/compose")
    page.get_by_role("textbox", name="What is happening?").fill(text)
    page.locator("main").get_by_role("button", name="Post", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="Post")).to_be_visible()
    return page.url


def test_what_is_posted_is_no_draft(ada: Page) -> None:
    post(ada, "Said once")
    ada.goto("/")
    press(ada, "Compose")
    composer = ada.get_by_role("dialog", name="New post")
    expect(composer.get_by_role("textbox", name="What is happening?")).to_have_value("")
    composer.get_by_role("button", name="Close").click()


def test_what_speakers_pin_everybody_sees(ada: Page, grace: Page, alan: Page) -> None:
    address = post(grace, "Slides of the evening")
    post(ada, "What we talk about")
    grace.goto("/")
    start_space(ada, TITLE)
    enter(alan, TITLE)
    enter(grace, TITLE)
    press(alan, "Share")
    expect(button(alan, "Pin a post")).to_be_hidden()
    alan.keyboard.press("Escape")

    press(ada, "Share")
    press(ada, "Pin a post")
    press(ada, "Pin What we talk about")
    expect(pinned(alan)).to_have_text([re.compile("What we talk about")], timeout=SHOWN_WITHIN_MS)
    give_microphone(ada, grace, "Grace Hopper")
    press(grace, "Share")
    press(grace, "Pin a post")
    grace.get_by_role("textbox", name="Link of a post").fill("https://elsewhere.example/1")
    grace.keyboard.press("Enter")
    expect(grace.get_by_text("Paste the link of a post on this site.")).to_be_visible()
    screenshot(grace, "pin-dialog")
    grace.get_by_role("textbox", name="Link of a post").fill(address)
    grace.keyboard.press("Enter")
    for page in (ada, grace, alan):
        expect(pinned(page)).to_have_text([re.compile("Slides"), re.compile("What we talk")], timeout=SHOWN_WITHIN_MS)
    screenshot(alan, "pinned-phone")

    expect(button(alan, "Unpin the post of Ada Lovelace")).to_be_hidden()
    expect(button(grace, "Unpin the post of Ada Lovelace")).to_be_hidden()
    press(ada, "Unpin the post of Grace Hopper")
    expect(pinned(alan)).to_have_text([re.compile("What we talk about")], timeout=SHOWN_WITHIN_MS)

    press(grace, "Minimise")
    line = grace.get_by_role("article", name=re.compile("Slides of the evening"))
    line.get_by_label("Share").click()
    line.get_by_role("button", name="Pin to Space", exact=True).click()
    expect(pinned(alan)).to_have_count(2, timeout=SHOWN_WITHIN_MS)
    line.get_by_label("Share").click()
    line.get_by_role("button", name="Delete", exact=True).click()
    expect(pinned(alan)).to_have_text([re.compile("What we talk about")], timeout=SHOWN_WITHIN_MS)

    pinned(alan).click()
    expect(alan.get_by_role("heading", level=1, name="Post")).to_be_visible()
    alan.get_by_role("button", name=re.compile("^Open the room")).click()
    leave(alan)
    end_space(ada)
