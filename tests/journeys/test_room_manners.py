"""The room keeps out of the way, and says what it shows."""

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from tests.support.browser import DESK, PHONE, screenshot
from tests.support.people import approve, button, end_space, enter, leave, press, resize, start_space

pytestmark = [pytest.mark.journey, pytest.mark.timeout(180, func_only=True)]

TITLE = "Good manners"
# What a screen reader is told: words that come into regions which were there when the page was loaded.
_LISTEN = """() => {
    window.told = [];
    const regions = document.querySelectorAll("[role=status], [role=alert], [aria-live]");
    const isOff = (node) => node.parentElement?.closest("[aria-live]")?.getAttribute("aria-live") === "off";
    const observer = new MutationObserver((records) => {
        for (const { target, addedNodes, type } of records) {
            const nodes = type === "characterData" ? [target] : addedNodes;
            for (const node of nodes) if (!isOff(node)) told.push(node.textContent.replace(/\\s+/g, " ").trim());
        }
    });
    for (const region of regions) observer.observe(region, { subtree: true, childList: true, characterData: true });
}"""
_IS_TOLD = "words => told.some((text) => text.replace(/[\\u2068\\u2069]/g, '').includes(words))"
_WITHOUT_STORAGE = """
for (const name of ["localStorage", "sessionStorage", "indexedDB"]) {
    Object.defineProperty(window, name, { get() { throw new DOMException("blocked", "SecurityError"); } });
}
delete window.BroadcastChannel;
"""
_WITHOUT_POPOVERS = """
for (const name of ["popover", "showPopover", "hidePopover", "togglePopover"]) delete HTMLElement.prototype[name];
Object.defineProperty(HTMLButtonElement.prototype, "popoverTargetElement", { value: null });
"""


def is_told(page: Page, words: str) -> None:
    page.wait_for_function(_IS_TOLD, arg=words, timeout=15_000)


def listening_to(page: Page) -> Page:
    page.evaluate(_LISTEN)
    return page


_TOASTS_AND_TITLE = """() => {
    const toasts = document.querySelectorAll("#toasts .toast");
    const titleEnds = document.getElementById("room-title").getBoundingClientRect().bottom;
    return toasts.length > 0 && { toasts: toasts.length, top: toasts[0].getBoundingClientRect().top, titleEnds };
}"""


def box(place: Locator) -> FloatRect:
    found = place.bounding_box()
    assert found is not None
    return found


@pytest.mark.security("A4")
def test_everything_that_happens_to_one_is_said(ada: Page, grace: Page) -> None:
    start_space(ada, TITLE)
    enter(grace, TITLE)
    listening_to(ada)
    listening_to(grace)
    press(grace, "Request")
    is_told(ada, "Grace Hopper wants to speak.")
    press(ada, "Manage")
    press(ada, "Decline Grace Hopper")
    is_told(grace, "Ada Lovelace declined your request.")
    press(grace, "Request")
    press(ada, "Approve Grace Hopper")
    is_told(grace, "Ada Lovelace gave you a microphone.")
    press(grace, "Unmute")
    press(ada, "Mute Grace Hopper")
    is_told(grace, "Ada Lovelace muted you.")
    press(ada, "Make listener: Grace Hopper")
    is_told(grace, "Ada Lovelace took the microphone back.")
    is_told(ada, "Grace Hopper is a listener again.")
    press(ada, "Back to the stage")
    end_space(ada)
    is_told(grace, "The Space has ended")


@pytest.mark.security("B20")
def test_a_toast_covers_no_title_and_comes_alone(ada: Page, grace: Page, alan: Page) -> None:
    start_space(ada, TITLE)
    for page in (grace, alan):
        enter(page, TITLE)
        press(page, "Request")
    # Look once, in the page: a toast may end between two questions of a test on a busy machine.
    seen = ada.wait_for_function(_TOASTS_AND_TITLE).json_value()
    assert seen["toasts"] == 1
    assert seen["top"] > seen["titleEnds"]
    screenshot(ada, "toast-in-the-room")
    approve(ada, "Grace Hopper")


@pytest.mark.security("B20")
def test_the_menu_of_a_person_is_beside_them_and_offers_to_follow_and_block(ada: Page, stranger: Page) -> None:
    """Radia follows Grace, not Ada."""
    start_space(ada, TITLE)
    stranger.goto("/i/spaces")
    stranger.get_by_role("button", name=f"Join {TITLE}, hosted by Ada Lovelace").click()
    for size in (PHONE, DESK):
        resize(stranger, size)
        face = stranger.get_by_role("button", name="More about Ada Lovelace")
        face.click()
        menu = stranger.get_by_role("dialog", name="Ada Lovelace")
        expect(menu.get_by_role("button", name="Block @ada")).to_be_visible()
        expect(menu.get_by_role("button", name="Mute posts @ada")).to_be_visible()
        screenshot(stranger, f"person-menu-{size['width']}")
        near, at = box(face), box(menu)
        gap = max(at["y"] - near["y"] - near["height"], near["y"] - at["y"] - at["height"])
        assert gap < 16
        expect(menu.get_by_role("button", name="Follow @ada")).to_be_visible()
        stranger.keyboard.press("Escape")
    resize(stranger, PHONE)
    leave(stranger)


@pytest.mark.security("B14")
def test_a_minimised_room_stays_so_when_the_page_is_loaded_anew(ada: Page) -> None:
    start_space(ada, TITLE)
    press(ada, "Minimise")
    ada.reload()
    expect(ada.get_by_role("button", name="Open the room")).to_be_visible()
    expect(ada.locator("#room-title")).to_be_hidden()
    ada.get_by_role("button", name="Open the room").click()
    expect(button(ada, "Unmute")).to_be_visible(timeout=30_000)


@pytest.mark.security("B14")
def test_one_escape_closes_the_sheet_of_the_fan(ada: Page) -> None:
    compose = ada.locator(".compose")
    compose.focus()
    ada.keyboard.press("ArrowUp")
    ada.keyboard.press("Enter")
    expect(ada.get_by_role("textbox", name="Name your Space")).to_be_visible()
    ada.keyboard.press("Escape")
    expect(ada.get_by_role("textbox", name="Name your Space")).to_be_hidden()
    expect(compose).to_be_focused()


def _nameless(ada: Page, script: str) -> Page:
    browser = ada.context.browser
    assert browser is not None
    context = browser.new_context(viewport={"width": PHONE["width"], "height": PHONE["height"]})
    context.add_init_script(script)
    return context.new_page()


@pytest.mark.security("A19")
def test_who_blocks_all_site_data_listens(ada: Page) -> None:
    space = start_space(ada, TITLE)
    page = _nameless(ada, _WITHOUT_STORAGE)
    page.goto(f"{ada.url.split('/i/')[0]}/i/spaces/{space}")
    button(page, "Start listening").click()
    expect(button(page, "Leave")).to_be_visible(timeout=30_000)
    page.context.close()


@pytest.mark.security("A20")
def test_a_browser_without_popovers_opens_and_closes_menus(ada: Page) -> None:
    space = start_space(ada, TITLE)
    page = _nameless(ada, _WITHOUT_POPOVERS)
    page.goto(f"{ada.url.split('/i/')[0]}/i/spaces/{space}")
    button(page, "Start listening").click()
    expect(button(page, "Leave")).to_be_visible(timeout=30_000)
    expect(button(page, "Copy link")).to_be_hidden()
    press(page, "Share")
    expect(button(page, "Copy link")).to_be_visible()
    page.locator("#room-title").click()
    expect(button(page, "Copy link")).to_be_hidden()
    page.context.close()
