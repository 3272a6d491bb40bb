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
from tests.support.cut import cut_texts
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
_OURS: Final = r"[\[\]]"
"""Texts of the product have brackets around them in this language."""

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
        found += [f"{name} on a {size}: {word} is in English" for word in dict.fromkeys(words)]
        found += [f"{name} on a {size}: {line}" for line in cut_texts(page, ours=_OURS)]
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
