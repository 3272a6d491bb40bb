"""Nothing covers a control of the room, whatever the size and with every card open."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import PHONE, screenshot
from tests.support.people import button, enter, press, resize, start_space

pytestmark = [pytest.mark.journey, pytest.mark.timeout(180, func_only=True)]

TITLE = "A title that is as long as titles are allowed to be, to the last word"
SIZES = {
    "landscape": {"width": 844, "height": 390},
    "small-phone": {"width": 320, "height": 700},
    "zoom-200": {"width": 720, "height": 450},
    "zoom-400": {"width": 360, "height": 225},
    "phone": PHONE,
    "desk": {"width": 1440, "height": 900},
    "low-desk": {"width": 1280, "height": 500},
}
KEPT = ("landscape", "small-phone")
_COVERED = """() => {
    const room = document.querySelector("[data-sheet]");
    const wanted = [...room.querySelectorAll("button, a[href], input, select, h2, h3")];
    const isShown = (element) => element.checkVisibility() && !element.closest("[inert], .visually-hidden");
    const covered = [];
    for (const element of wanted.filter(isShown)) {
        element.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
        const { x, y, width, height } = element.getBoundingClientRect();
        const hit = document.elementFromPoint(x + width / 2, y + height / 2);
        const isFree = element.contains(hit) || hit?.closest("label")?.contains(element);
        const name = (element) => element?.outerHTML.replace(/\\s+/g, " ").slice(0, 120);
        if (width && !isFree) covered.push(`${name(element)} is covered by ${name(hit)}`);
    }
    return covered;
}"""
_COLLIDING = """() => {
    const words = [...document.querySelectorAll("[data-controls] span, .room-marks :is(span, button)")]
        .filter((element) => element.children.length === 0 && element.checkVisibility() && element.textContent.trim())
        .filter((element) => !element.matches(".badge, .visually-hidden"));
    const boxOf = (element) => {
        const range = document.createRange();
        range.selectNodeContents(element);
        return range.getBoundingClientRect();
    };
    const boxes = words.map((element) => [element.textContent.trim(), boxOf(element)]);
    const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
    const after = (at, x) => boxes.slice(at + 1).filter(([, y]) => meet(x, y));
    const pairs = boxes.flatMap(([a, x], at) => after(at, x).map(([b]) => `${a} / ${b}`));
    return [...pairs, ...boxes.filter(([, { left, right }]) => left < 0 || right > innerWidth).map(([word]) => word)];
}"""
_STAGE_HEIGHT = """() => {
    const { height } = document.querySelector("[data-stage]").closest(".room-main").getBoundingClientRect();
    return height;
}"""
_IS_WIDER = "() => document.documentElement.scrollWidth > innerWidth"


def look(page: Page, what: str) -> None:
    page.emulate_media(reduced_motion="reduce")  # nothing is on its way when it is measured
    for name, size in SIZES.items():
        resize(page, size)
        if name in KEPT:
            screenshot(page, f"room-{what}-{name}")
        assert page.evaluate(_COVERED) == [], (what, name)
        assert page.evaluate(_COLLIDING) == [], (what, name)
        assert not page.evaluate(_IS_WIDER), (what, name)


def pin_a_post(page: Page) -> None:
    page.goto("/compose")
    page.get_by_role("textbox", name="What is happening?").fill("What we talk about")
    page.locator("main").get_by_role("button", name="Post", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="Post")).to_be_visible()
    start_space(page, TITLE)
    press(page, "Share")
    press(page, "Pin a post")
    page.get_by_role("button", name="Pin What we talk about").first.click()
    expect(page.get_by_role("list", name="Pinned posts").get_by_role("link")).to_be_visible()


@pytest.mark.security("B6")
@pytest.mark.security("B9")
@pytest.mark.security("B10")
def test_nothing_covers_a_control(ada: Page, grace: Page) -> None:
    pin_a_post(ada)
    press(ada, "Show captions")
    expect(button(ada, "Allow captions")).to_be_visible()
    enter(grace, TITLE)
    press(grace, "Request")
    expect(grace.get_by_text("Waiting for the host")).to_be_visible()
    press(grace, "Show captions")
    expect(ada.locator("#toasts .toast")).to_have_count(0)
    look(grace, "asking")
    look(ada, "hosting")
    resize(ada, SIZES["small-phone"])
    assert ada.evaluate(_STAGE_HEIGHT) >= 300
    press(ada, "Manage")
    look(ada, "managing")
    for page in (ada, grace):
        page.emulate_media(reduced_motion="no-preference")
