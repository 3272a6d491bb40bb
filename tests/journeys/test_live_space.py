"""The walking skeleton: four people in four browsers, one gateway, and every sound measured where it is heard."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import ADA_HZ, GRACE_HZ
from tests.support.browser import (
    heard_tones,
    hears_just,
    negotiations,
    screenshot,
    wait_until_heard,
    wait_until_silent,
)
from tests.support.people import bubble, button, press, start_space, unmute

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300, func_only=True)]

TITLE = "Open audio hour"
BUBBLE_WITHIN_MS = 2_000
HEARD_WITHIN = 20.0
SILENT_WITHIN = 0.5
TRIES = 5
"""Once is enough: a machine that stands still for a moment says nothing of the product."""


def silenced(host: Page, speaker: Page, listener: Page) -> float:
    """Seconds from the host's tap until the listener hears nothing of the speaker, who talks before and afterwards."""
    wait_until_heard(listener, GRACE_HZ, seconds=HEARD_WITHIN)
    press(host, "Mute Grace Hopper")
    took = wait_until_silent(listener, GRACE_HZ, seconds=HEARD_WITHIN)
    unmute(speaker)
    return took


def look_who_is_here(listener: Page) -> None:
    """Check the list of people by role, and that a search leaves its hits or says that there are none."""
    press(listener, "People")
    people = listener.get_by_role("dialog", name="People")
    ada, alan = (people.get_by_role("link", name=re.compile(name)) for name in ("Ada Lovelace", "Alan Turing"))
    for who in (ada, alan):
        expect(who).to_be_visible()
    screenshot(listener, "people")
    people.get_by_role("searchbox", name="Search people here").fill("lovelace")
    expect(alan).to_be_hidden()
    expect(ada).to_be_visible()
    people.get_by_role("searchbox", name="Search people here").fill("nobody of this name")
    expect(people.get_by_text("No one with that name is here.")).to_be_visible()
    people.get_by_role("button", name="Close", exact=True).click()
    expect(people).to_be_hidden()


def test_four_people_talk_and_listen(ada: Page, grace: Page, alan: Page, joan: Page) -> None:
    addresses = [page.url for page in (grace, alan, joan)]

    start_space(ada, TITLE)
    for page in (grace, alan, joan):
        expect(bubble(page, TITLE)).to_be_visible(timeout=BUBBLE_WITHIN_MS)
    assert [page.url for page in (grace, alan, joan)] == addresses
    screenshot(grace, "home-with-bubble")

    unmute(ada)
    bubble(grace, TITLE).click()
    wait_until_heard(grace, ADA_HZ, seconds=HEARD_WITHIN)
    bubble(alan, TITLE).click()
    wait_until_heard(alan, ADA_HZ, seconds=HEARD_WITHIN)

    press(grace, "Request")
    expect(button(grace, "Cancel request")).to_be_visible()
    press(ada, "Manage")
    screenshot(ada, "manage")
    press(ada, "Approve Grace Hopper")
    unmute(grace)
    for page in (ada, alan):
        wait_until_heard(page, GRACE_HZ, seconds=HEARD_WITHIN)
    wait_until_heard(grace, ADA_HZ, seconds=HEARD_WITHIN)
    assert hears_just(alan, {ADA_HZ, GRACE_HZ}, of=[ADA_HZ, GRACE_HZ])
    assert hears_just(ada, {GRACE_HZ}, of=[ADA_HZ, GRACE_HZ])
    assert hears_just(grace, {ADA_HZ}, of=[ADA_HZ, GRACE_HZ])
    screenshot(alan, "listening")
    look_who_is_here(alan)

    assert any(silenced(ada, grace, alan) <= SILENT_WITHIN for _ in range(TRIES))

    before = negotiations(ada)
    press(ada, "Remove Grace Hopper")
    expect(grace.get_by_text(re.compile("removed", re.IGNORECASE)).first).to_be_visible()
    grace.goto("/")
    bubble(grace, TITLE).click()
    expect(grace.get_by_text(re.compile("removed", re.IGNORECASE)).first).to_be_visible()
    assert heard_tones(grace, [ADA_HZ], seconds=0.5) == set()

    assert negotiations(ada) == before

    ada.keyboard.press("Escape")
    press(ada, "End Space")
    press(ada, "End for everyone")
    for page in (ada, alan):
        expect(page.get_by_text(re.compile("ended", re.IGNORECASE)).first).to_be_visible(timeout=BUBBLE_WITHIN_MS)
    expect(bubble(joan, TITLE)).to_have_count(0, timeout=BUBBLE_WITHIN_MS)
    screenshot(alan, "ended")
