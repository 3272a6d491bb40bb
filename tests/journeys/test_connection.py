"""The page that tests a connection, without an account."""

import re

from playwright.sync_api import Page, expect

from tests.support.stack import Stack

WITHIN_MS = 30_000


def test_a_good_connection_is_called_good(stack: Stack, stranger: Page) -> None:
    stranger.goto(f"{stack.url}/i/connection")
    expect(stranger.locator("[data-verdict]")).to_have_text("You can hear and speak here.", timeout=WITHIN_MS)
    line = stranger.get_by_role("listitem")
    for name in ("Live connection", "Clock", "Sound, the direct way"):
        expect(line.filter(has_text=name)).to_have_attribute("data-state", "ok")
    expect(line.filter(has_text="Relay over TCP")).to_contain_text("has no relay")
    stranger.get_by_role("button", name="Try it").click()
    expect(line.filter(has_text="Microphone")).to_contain_text(re.compile("works:"))
