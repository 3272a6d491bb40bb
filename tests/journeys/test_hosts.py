"""Running a Space together: many requests at once, a co-host, a blocked listener, a lock, and another host."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browser import screenshot
from tests.support.people import OPENS_WITHIN_MS, button, end_space, enter, press, start_space

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300, func_only=True)]

TITLE = "Many hands"


def test_the_work_is_shared(ada: Page, grace: Page, joan: Page, alan: Page) -> None:
    start_space(ada, TITLE)
    enter(grace, TITLE)
    enter(joan, TITLE)
    press(ada, "Manage")
    many_at_once(ada, grace, joan)
    one_cohost(ada, grace)
    whoever_blocked_her_is_warned(alan)
    ada.get_by_role("switch", name="Lock the Space").check()
    expect(grace.get_by_text("LOCKED", exact=True)).to_be_visible(timeout=OPENS_WITHIN_MS)
    no_host_below_the_gate(ada)
    end_space(ada)


def many_at_once(ada: Page, grace: Page, joan: Page) -> None:
    press(grace, "Request")
    press(joan, "Request")
    for name in ("Grace Hopper", "Joan Clarke"):
        expect(button(ada, f"Approve {name}")).to_be_visible(timeout=OPENS_WITHIN_MS)
    press(ada, "Select several")
    ada.get_by_label("Select all").check()
    screenshot(ada, "manage-selected")
    press(ada, "Approve selected")
    for page in (grace, joan):
        expect(button(page, "Unmute")).to_be_visible(timeout=OPENS_WITHIN_MS)


def one_cohost(ada: Page, grace: Page) -> None:
    do(ada, "Grace Hopper", "Make Grace Hopper a co-host")
    expect(button(ada, "Withdraw the co-host invitation of Grace Hopper")).to_be_visible(timeout=OPENS_WITHIN_MS)
    screenshot(grace, "asked-to-be-cohost")
    press(grace, "Accept")
    press(grace, "Manage")
    expect(button(grace, "Remove Joan Clarke")).to_be_visible(timeout=OPENS_WITHIN_MS)
    expect(button(grace, "Remove Ada Lovelace")).to_be_hidden()
    press(grace, "Back to the stage")


def whoever_blocked_her_is_warned(alan: Page) -> None:
    alan.goto("/grace")
    alan.get_by_text("More @grace").click()
    press(alan, "Block @grace")
    expect(button(alan, "Unblock @grace")).to_be_visible()
    alan.goto("/")
    enter(alan, TITLE)
    expect(alan.get_by_text("Someone you blocked can speak here")).to_be_visible(timeout=OPENS_WITHIN_MS)
    screenshot(alan, "blocked-on-stage")
    press(alan, "Stay")
    expect(tile(alan, "Grace Hopper")).to_contain_text("You blocked them")
    press(alan, "Leave")
    alan.goto("/grace")
    press(alan, "Unblock @grace")
    press(alan, "Follow @grace")
    expect(button(alan, "Following @grace. Unfollow")).to_be_visible()


def no_host_below_the_gate(ada: Page) -> None:
    """The demo has one person with enough followers."""
    do(ada, "Grace Hopper", "Hand the Space over to Grace Hopper")
    press(ada, "Hand over")
    expect(ada.get_by_text("This person cannot host", exact=False).first).to_be_visible(timeout=OPENS_WITHIN_MS)
    press(ada, "Back to the stage")


def do(page: Page, person: str, action: str) -> None:
    """Choose an entry from the menu of a person's row."""
    press(page, f"Actions for {person}")
    press(page, action)


def tile(page: Page, name: str) -> Locator:
    return page.get_by_role("list", name="On stage").get_by_role("listitem").filter(has_text=name)
