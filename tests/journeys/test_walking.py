"""The sound goes on while its listener walks about, on the connection it began with."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import ADA_HZ
from tests.support.browser import DESK, PHONE, hears_just, negotiations, packets_received, screenshot, wait_until_heard
from tests.support.people import end_space, enter, leave, press, resize, start_space, unmute

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300, func_only=True)]

TITLE = "A long walk"
HEARD_WITHIN = 20.0
STATIONS = {"Profile": "Alan Turing", "Notifications": "Notifications", "Discover": "Discover", "Home": "Home"}
"""Links, and the headings of the pages they lead to."""


def goes_on(page: Page, packets: int) -> int:
    """Packets so far, after some of the tone was heard."""
    assert hears_just(page, {ADA_HZ}, of=[ADA_HZ], seconds=0.6)
    now = packets_received(page)
    assert now > packets
    return now


def by_menu(page: Page, name: str) -> None:
    press(page, "Your account")
    page.locator("#account-menu").get_by_role("link", name=re.compile(f"^{name}")).click()


def by_column(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Main").get_by_role("link", name=name, exact=True).click()


@pytest.mark.parametrize(("size", "go"), [(PHONE, by_menu), (DESK, by_column)], ids=["phone", "desk"])
def test_the_sound_never_stops(ada: Page, alan: Page, size: dict[str, int], go: Callable[[Page, str], None]) -> None:
    resize(alan, size)
    start_space(ada, TITLE)
    unmute(ada)
    enter(alan, TITLE)
    wait_until_heard(alan, ADA_HZ, seconds=HEARD_WITHIN)
    if size == PHONE:
        press(alan, "Minimise")
    agreed, packets = negotiations(alan), packets_received(alan)
    for name, heading in (
        ("Profile", None),
        ("Notifications", "Notifications"),
        ("Discover", "Discover"),
        ("Home", "Home"),
    ):
        go(alan, name)
        expect(alan.get_by_role("heading", level=1, name=heading or "Alan Turing")).to_be_visible()
        packets = goes_on(alan, packets)
        screenshot(alan, f"walking-{name.lower()}-{'phone' if size == PHONE else 'desk'}")
    alan.go_back()
    expect(alan.get_by_role("heading", level=1, name="Discover")).to_be_visible()
    goes_on(alan, packets)
    assert negotiations(alan) == agreed
    if size == PHONE:
        alan.get_by_role("button", name=re.compile("^Open the room")).click()
    leave(alan)
    end_space(ada)
