"""Nothing is cut in a language that is 40 % longer than English, on a phone and on a desk, and no text is in English.

People have Greek names and say Greek things here, so each Latin letter without an accent is a word of the product.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.support import pseudo
from tests.support.browser import PHONE, Browsers, beside, screenshot
from tests.support.people import OPENS_WITHIN_MS, button, press, resize
from tests.support.pseudo import lengthened
from tests.support.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300, func_only=True)]

SIZES: Final = {"phone": PHONE, "desk": {"width": 1440, "height": 900}}
PAGES: Final = {
    "home": "/",
    "profile": "/ada",
    "profile of another user": "/grace",
    "settings of the profile": "/settings/profile",
    "settings of notifications": "/settings/notifications",
    "account": "/settings/account",
    "notifications": "/notifications",
    "messages": "/messages",
    "discovery": "/i/spaces",
}
_IN_GREEK: Final = """
from accounts.models import User
from timeline.models import Post
for number, user in enumerate(User.objects.exclude(username__startswith="crowd")):
    User.objects.filter(pk=user.pk).update(display_name="Ἄδα Χάρις"[number % 3 :], bio="Ἀκούω")
User.objects.filter(username__startswith="crowd").update(display_name="Πλῆθος")
Post.objects.update(text="Καλημέρα")
"""
ELLIPSES: Final = [
    ".bubble-title",  # the title of a Space, whose length is the host's
    ".dock-title",  # the same
]
"""What ends in three dots on purpose: words of people, whose whole length is one tap away."""

_TEXTS: Final = """() => {
    const SILENT = "script, style, template, noscript, option, time, [data-local-time], svg";
    const READ = ["alt", "aria-label", "aria-description", "aria-valuetext", "placeholder", "title"];
    const isShown = (element) => element.checkVisibility({ checkVisibilityCSS: true, checkOpacity: true });
    const isRead = (element) => !element.closest(SILENT) && isShown(element);
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const flow = [];
    while (walker.nextNode()) {
        const { parentElement: parent, data } = walker.currentNode;
        if (isRead(parent)) flow.push(data);
    }
    const elements = [...document.body.querySelectorAll("*")].filter(isRead);
    const attributes = elements.flatMap((element) => READ.map((name) => element.getAttribute(name) ?? ""));
    return { flow: flow.join(" "), attributes: attributes.filter(Boolean) };
}"""

_CUT: Final = """(ellipses) => {
    const OURS = /[\\[\\]]/;
    const SILENT = "script, style, template, noscript, option, svg, .visually-hidden, [inert]";
    const isShown = (element) => element.checkVisibility({ checkVisibilityCSS: true, checkOpacity: true });
    const name = (element) => {
        const marks = [element.tagName.toLowerCase(), ...element.classList].join(".");
        return element.id ? `${marks}#${element.id}` : marks;
    };
    // Words below the icons of the room's controls may be wider than their button: they have nothing around them.
    const BOXES = "button:not(.control), .button, .tab, .choice-chip, .badge";
    /** Return the element whose edge the text crosses, if it is not seen or not read beyond. */
    const cutter = (start, rect) => {
        const free = { x: true, y: true }; // a box that scrolls shows everything in the end
        for (let element = start; element && element !== document.documentElement; element = element.parentElement) {
            const style = getComputedStyle(element);
            const box = element.getBoundingClientRect();
            if (style.display === "contents" || style.display === "inline") continue;
            const isWider = rect.left < box.left - 1 || rect.right > box.right + 1;
            const isHigher = rect.top < box.top - 2 || rect.bottom > box.bottom + 2;
            if (isWider && free.x && (/hidden|clip/.test(style.overflowX) || element.matches(BOXES))) return element;
            if (isHigher && free.y && /hidden|clip/.test(style.overflowY)) return element;
            free.x &&= !/auto|scroll/.test(style.overflowX);
            free.y &&= !/auto|scroll/.test(style.overflowY);
            if (style.position === "fixed") break;
        }
        return free.x && (rect.left < -1 || rect.right > innerWidth + 1) ? document.documentElement : null;
    };
    const found = new Set();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const { currentNode: node } = walker;
        const parent = node.parentElement;
        if (!OURS.test(node.data) || parent.closest(SILENT) || !isShown(parent)) continue;
        if (ellipses.some((selector) => parent.closest(selector))) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        for (const rect of range.getClientRects()) {
            const by = rect.width > 1 && cutter(parent, rect);
            if (by) found.add(`${node.data.trim()} in ${name(parent)} is cut by ${name(by)}`);
        }
    }
    const pen = document.createElement("canvas").getContext("2d");
    for (const field of document.querySelectorAll("input[placeholder]")) {
        if (!isShown(field) || field.closest(SILENT)) continue;
        const style = getComputedStyle(field);
        pen.font = style.font;
        const room = field.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
        const wanted = Math.round(pen.measureText(field.placeholder).width);
        if (wanted > room + 1) found.add(`${field.placeholder}: ${wanted} of ${room} px are in ${name(field)}`);
    }
    return [...found];
}"""


class PseudoStack(Stack):
    """The product with one language more."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory, environment={"DJANGO_SETTINGS_MODULE": "tests.support.pseudo_settings"})

    def _prepare(self) -> None:
        super()._prepare()
        pseudo.write(self._var / "pseudo")
        self.manage("collectstatic", "--no-input", "--verbosity=0")
        self.manage("shell", "--command", _IN_GREEK)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with PseudoStack(tmp_path_factory.mktemp("pseudo")) as stack:
        yield stack


@pytest.fixture(scope="module")
def ada_page(stack: Stack, browsers: Browsers) -> Page:
    return in_pseudo(browsers.open(stack.url, "ada", tone=440), stack)


def in_pseudo(page: Page, stack: Stack) -> Page:
    page.context.add_cookies([{"name": "language", "value": pseudo.CODE, "url": stack.url}])
    page.emulate_media(reduced_motion="reduce")  # nothing is on its way when it is measured
    return page


def look(page: Page, name: str) -> list[str]:
    """Return what is cut or in English, at both widths."""
    found: list[str] = []
    for size, viewport in SIZES.items():
        page.set_viewport_size(ViewportSize(width=viewport["width"], height=viewport["height"]))
        page.wait_for_timeout(300)  # scripts answer the new size, too
        screenshot(page, f"pseudo-{name.replace(' ', '-')}-{size}")
        texts: dict[str, Any] = page.evaluate(_TEXTS)
        words = pseudo.english(texts["flow"]) + [word for text in texts["attributes"] for word in pseudo.english(text)]
        cut: list[str] = page.evaluate(_CUT, ELLIPSES)
        found += [f"{name} on a {size}: {word} is in English" for word in dict.fromkeys(words)]
        found += [f"{name} on a {size}: {line}" for line in cut]
    resize(page, PHONE)
    return found


def test_pages_cut_nothing_and_say_nothing_in_english(ada: Page) -> None:
    found = []
    for name, address in PAGES.items():
        ada.goto(address)
        expect(ada.locator("html")).to_have_attribute("lang", "en-XA")
        found += look(ada, name)
    assert not found, "\n".join(found)


def test_the_log_in_cuts_nothing_and_says_nothing_in_english(ada_page: Page, stack: Stack) -> None:
    visitor = in_pseudo(beside(ada_page, stack.url), stack)
    visitor.goto("/accounts/login/")
    found = look(visitor, "log-in")
    visitor.goto("/")
    found += look(visitor, "front")
    visitor.context.close()
    assert not found, "\n".join(found)


def test_the_room_cuts_nothing_and_says_nothing_in_english(ada: Page) -> None:
    ada.goto("/i/spaces/new")
    found = look(ada, "new Space")
    ada.get_by_role("textbox", name=lengthened("Name your Space")).fill("Ὥρα")
    press(ada, lengthened("Start your Space"))
    expect(button(ada, lengthened("Unmute"))).to_be_visible(timeout=OPENS_WITHIN_MS)
    found += look(ada, "room")
    press(ada, lengthened("Manage"))
    found += look(ada, "management")
    press(ada, lengthened("Back to the stage"))
    press(ada, lengthened("End Space"))
    found += look(ada, "end of the Space")
    press(ada, lengthened("End for everyone"))
    expect(button(ada, lengthened("Close"))).to_be_visible(timeout=OPENS_WITHIN_MS)
    found += look(ada, "Space that ended")
    assert not found, "\n".join(found)
