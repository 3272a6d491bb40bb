"""The ways in: "Compose" and the own image in Fleets with mouse, touch and keys, a scheduled Space, and discovery."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import ADA_HZ
from tests.journeys.keys import walk_to
from tests.support.browser import DESK, PHONE, screenshot, wait_until_heard
from tests.support.people import OPENS_WITHIN_MS, button, end_space, press, resize, start_space, unmute

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300, func_only=True)]

SIZES = {"phone": PHONE, "desk": DESK}
HEARD_WITHIN = 20.0


def middle(locator: Locator) -> tuple[float, float]:
    box = locator.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def hold_mouse(page: Page) -> None:
    page.mouse.move(*middle(button(page, "Compose")))
    page.mouse.down()
    expect(button(page, "Spaces")).to_be_visible()


class Finger:
    """One finger on the glass; Chromium forgets a touch with the session that began it."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)

    def __call__(self, kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": x, "y": y} for x, y in places]
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def touch(page: Page) -> None:
    finger = Finger(page)
    finger("touchStart", middle(button(page, "Compose")))
    expect(button(page, "Spaces")).to_be_visible()
    finger("touchMove", middle(button(page, "Spaces")))
    finger("touchEnd")


def tap_later(page: Page) -> None:
    """Long press, lift, and then a tap on the choice."""
    finger = Finger(page)
    finger("touchStart", middle(button(page, "Compose")))
    expect(button(page, "Spaces")).to_be_visible()
    finger("touchEnd")
    expect(button(page, "Spaces")).to_be_visible()
    finger("touchStart", middle(button(page, "Spaces")))
    finger("touchEnd")


def mouse(page: Page) -> None:
    hold_mouse(page)
    assert middle(button(page, "Spaces")) < middle(button(page, "Photo")) < middle(button(page, "Post"))
    page.mouse.move(*middle(button(page, "Spaces")), steps=4)
    page.mouse.up()


def keys(page: Page) -> None:
    button(page, "Compose").focus()
    page.keyboard.press("ArrowUp")
    expect(button(page, "Spaces")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(button(page, "Post")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")


WAYS: dict[str, Callable[[Page], None]] = {"mouse": mouse, "touch": touch, "tap": tap_later, "keys": keys}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("way", WAYS)
def test_the_fan_leads_to_the_create_sheet(ada: Page, way: str, size: str) -> None:
    resize(ada, SIZES[size])
    WAYS[way](ada)
    expect_create_sheet(ada)
    screenshot(ada, f"create-{way}-{size}")


CHOOSERS: dict[str, Callable[[Page, Locator], None]] = {
    "mouse": lambda page, choice: choice.click(),
    "touch": lambda page, choice: tap(page, choice),
    "keys": lambda page, choice: choose_by_keys(page, choice),
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("way", CHOOSERS)
def test_the_own_image_in_fleets_leads_to_the_create_sheet(ada: Page, way: str, size: str) -> None:
    resize(ada, SIZES[size])
    CHOOSERS[way](ada, button(ada, "Add to your Fleet"))
    chooser = ada.get_by_role("dialog", name="Add to your Fleet")
    spaces = chooser.get_by_role("button", name="Spaces", exact=True)
    expect(spaces).to_be_visible()
    assert middle(spaces) > middle(chooser.get_by_role("button", name="Photo", exact=True))
    screenshot(ada, f"fleet-chooser-{way}-{size}")
    CHOOSERS[way](ada, spaces)
    expect_create_sheet(ada)


def expect_create_sheet(page: Page) -> None:
    expect(page.get_by_role("textbox", name="Name your Space")).to_be_visible()
    expect(button(page, "Start your Space")).to_be_visible()


def tap(page: Page, choice: Locator) -> None:
    choice.scroll_into_view_if_needed()
    finger = Finger(page)
    finger("touchStart", middle(choice))
    finger("touchEnd")


def choose_by_keys(page: Page, choice: Locator) -> None:
    walk_to(page, choice)
    page.keyboard.press("Enter")


def test_a_photo_goes_out_as_a_fleet(ada: Page) -> None:
    hold_mouse(ada)
    ada.mouse.up()
    with ada.expect_file_chooser() as chooser:
        press(ada, "Photo")
    assert not chooser.value.is_multiple()
    expect(ada.get_by_role("dialog", name="New Fleet")).to_be_visible()


def test_a_short_press_writes_a_post(ada: Page) -> None:
    press(ada, "Compose")
    expect(ada.get_by_role("dialog", name="New post")).to_be_visible()


@pytest.mark.parametrize("closes", ["key", "tap"])
def test_the_fan_closes_without_a_choice(ada: Page, closes: str) -> None:
    hold_mouse(ada)
    ada.mouse.up()
    expect(button(ada, "Spaces")).to_be_visible()
    screenshot(ada, "fan")
    if closes == "key":
        ada.keyboard.press("Escape")
    else:
        ada.get_by_role("heading", name="Home").click()
    expect(button(ada, "Spaces")).to_have_count(0)


def test_a_space_is_scheduled_reminded_of_and_started(ada: Page, grace: Page) -> None:
    resize(ada, DESK)
    ada.goto("/i/spaces/new")
    ada.get_by_role("textbox", name="Name your Space").fill("Evening radio")
    ada.get_by_text("Schedule for later").click()
    press(ada, "Schedule")
    expect(button(ada, "Start your Space")).to_be_visible()
    grace.goto("/i/spaces?tab=scheduled")
    grace.get_by_role("link", name="Open Evening radio").click()
    press(grace, "Set reminder")
    expect(button(grace, "Remove reminder")).to_be_visible()
    screenshot(grace, "scheduled")

    press(ada, "Start your Space")
    expect(button(ada, "Unmute")).to_be_visible(timeout=OPENS_WITHIN_MS)
    expect(button(ada, "Open the room")).to_be_visible()
    end_space(ada)


def test_a_weekly_space_is_followed_by_the_next_one(ada: Page, grace: Page) -> None:
    """The host chooses "Every week", holds it, and finds the next one; then it asks which ones are canceled."""
    resize(ada, DESK)
    ada.goto("/i/spaces/new")
    ada.get_by_role("textbox", name="Name your Space").fill("Morning radio")
    ada.get_by_text("Schedule for later").click()
    ada.get_by_label("Repeat").select_option("Every week")
    screenshot(ada, "weekly-sheet")
    press(ada, "Schedule")
    expect(ada.locator("[data-repeats]")).to_have_text("Every week")
    grace.goto(ada.url)
    press(grace, "Set reminder")
    expect(button(grace, "Remove reminder")).to_be_visible()

    press(ada, "Start your Space")
    expect(button(ada, "Unmute")).to_be_visible(timeout=OPENS_WITHIN_MS)
    end_space(ada)
    grace.reload()
    screenshot(grace, "weekly-over")
    grace.get_by_role("link", name="The next one begins").click()
    expect(button(grace, "Remove reminder")).to_be_visible()

    ada.goto(grace.url)
    press(ada, "Cancel the Space")
    expect(button(ada, "Cancel this one only")).to_be_visible()
    screenshot(ada, "weekly-cancel")
    press(ada, "Cancel this and all that follow")
    expect(ada.get_by_text("The host canceled the Space.")).to_be_visible()
    expect(ada.get_by_role("link", name="The next one begins")).to_have_count(0)


def test_discovery_leads_to_the_sound(ada: Page, joan: Page) -> None:
    start_space(ada, "Open audio hour")
    unmute(ada)
    resize(joan, DESK)
    joan.get_by_role("link", name="Discover", exact=True).click()
    joan.get_by_role("searchbox", name="Search Spaces").fill("lovelace")
    joan.keyboard.press("Enter")
    screenshot(joan, "discovery")
    press(joan, "Join Open audio hour, hosted by Ada Lovelace")
    wait_until_heard(joan, ADA_HZ, seconds=HEARD_WITHIN)
    end_space(ada)


def test_somebody_invited_in_the_room_takes_the_microphone(ada: Page, alan: Page) -> None:
    space = start_space(ada, "Open audio hour")
    press(ada, "Share")
    press(ada, "Invite people")
    ada.get_by_role("searchbox", name="Search people to invite").fill("alan")
    ada.get_by_role("switch", name="Invite to speak").check()
    press(ada, "Invite Alan Turing")
    expect(button(ada, "Alan Turing is invited")).to_be_visible()
    screenshot(ada, "invite")
    ada.keyboard.press("Escape")

    alan.goto(f"/i/spaces/{space}")
    press(alan, "Start listening")
    expect(alan.get_by_text("You are invited to speak")).to_be_visible(timeout=OPENS_WITHIN_MS)
    screenshot(alan, "invited-to-speak")
    press(alan, "Accept")
    expect(button(alan, "Unmute")).to_be_visible(timeout=OPENS_WITHIN_MS)
    end_space(ada)
