"""Pages are open to all: axe finds nothing serious at both widths, in both themes. Every page is kept as a picture."""

import re
from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.support.axe import hindrances
from tests.support.browser import DESK, PHONE, beside, screenshot
from tests.support.people import OPENS_WITHIN_MS, bubble, button, end_space, enter, press, resize, start_space
from tests.support.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300, func_only=True)]

TITLE = "Open audio hour"
SIZES = {"phone": PHONE, "desk": DESK}
Look = tuple[str, Literal["light", "dark"]]
LOOKS: list[Look] = [("phone", "light"), ("desk", "dark")]
_PEOPLED = """
from datetime import timedelta
from django.utils import timezone
from accounts.models import User
from spaces.services import schedule_space
from timeline import services
ada, grace, joan = (User.objects.get(username=name) for name in ("ada", "grace", "joan"))
space = schedule_space(user=ada, title="Night radio", when=timezone.now() + timedelta(days=1))
services.post_fleet(author=ada, text="Debugging all day", background=2)
services.send_message(sender=ada, to=joan, text="Shall we talk tonight?")
services.send_message(sender=joan, to=ada, text="Gladly.")
quoted = services.create_post(author=grace, text="Look https://example.org/a/very/long/address/that/is/cut and @ada")
services.create_post(author=joan, text="Indeed", quote_of_id=quoted.pk)
services.create_post(author=ada, text=f"Tomorrow: /i/spaces/{space.public_id}")
services.create_post(author=grace, text="So it is", reply_to_id=services.create_post(author=joan, text="A question").pk)
print(space.public_id)
"""


class Inspector:
    """Looks at pages, and remembers what it found.

    Light on a phone and dark on a desk; what stands around every page is the same, so the first page has all four.
    """

    def __init__(self) -> None:
        self.found: list[str] = []
        self._looks: list[Look] = [("phone", "dark"), ("desk", "light"), *LOOKS]

    def look(self, page: Page, name: str) -> None:
        for size, theme in self._looks:
            resize(page, SIZES[size])
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            screenshot(page, f"page-{name}-{size}-{theme}")
            self.found += [f"{name}, {theme} on a {size}: {line}" for line in hindrances(page)]
        self._looks = LOOKS
        page.emulate_media(color_scheme="light", reduced_motion="no-preference")
        resize(page, PHONE)

    def report(self) -> None:
        assert not self.found, "\n".join(self.found)


@pytest.fixture(scope="module")
def scheduled(stack: Stack) -> str:
    """The id of a Space of tomorrow; around it are a Fleet, messages and posts of every kind."""
    return stack.manage("shell", "--command", _PEOPLED).split()[-1]


def visit(address: str) -> Callable[[Page], None]:
    def go(page: Page) -> None:
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_be_visible()

    return go


def create_sheet(page: Page) -> None:
    page.goto("/i/spaces/new")
    page.get_by_text("Schedule for later").click()
    expect(button(page, "Schedule")).to_be_visible()


def fleet_viewer(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name=re.compile("^Ada Lovelace: ")).click()
    page.get_by_role("dialog", name="Fleets").get_by_role("button", name="Pause", exact=True).click()


def fan(page: Page) -> None:
    page.goto("/")
    button(page, "Compose").focus()
    page.keyboard.press("ArrowUp")


def opened(name: str) -> Callable[[Page], None]:
    def go(page: Page) -> None:
        page.goto("/")
        press(page, name)

    return go


OUTSIDE = {
    "login": visit("/accounts/login/"),
    "signup": visit("/accounts/signup/"),
    "password-reset": visit("/accounts/password/reset/"),
}
INSIDE = {
    "home": visit("/"),
    "fan": fan,
    "composer": opened("Compose"),
    "fleet-chooser": opened("Add to your Fleet"),
    "fleet-viewer": fleet_viewer,
    "profile": visit("/grace"),
    "own-profile": visit("/joan"),
    "settings": visit("/settings/profile"),
    "discovery": visit("/i/spaces"),
    "discovery-scheduled": visit("/i/spaces?tab=scheduled"),
    "inbox": visit("/messages"),
    "thread": visit("/messages/ada"),
    "notifications": visit("/notifications"),
    "not-found": visit("/nobody/status/999999"),
}


def test_pages_for_everybody(stack: Stack, joan_page: Page) -> None:
    inspector, page = Inspector(), beside(joan_page, stack.url)
    for name, go in OUTSIDE.items():
        go(page)
        inspector.look(page, name)
    page.get_by_role("textbox").first.fill("nobody")
    press(page, "Send the link")
    expect(page.locator("[aria-invalid=true]")).to_be_visible()
    inspector.look(page, "password-reset-refused")
    page.context.close()
    inspector.report()


def test_pages_of_the_timeline(scheduled: str, joan: Page) -> None:
    inspector = Inspector()
    for name, go in INSIDE.items():
        go(joan)
        inspector.look(joan, name)
    joan.goto("/joan")
    joan.get_by_role("article", name=re.compile("A question")).get_by_role(
        "link", name=re.compile(r"^(now|\d+m)$")
    ).click()
    expect(joan.get_by_role("heading", level=1, name="Post")).to_be_visible()
    inspector.look(joan, "post")
    joan.goto(f"/i/spaces/{scheduled}")
    inspector.look(joan, "scheduled")
    inspector.report()


def test_the_room(scheduled: str, ada: Page, grace: Page, alan: Page) -> None:
    inspector = Inspector()
    create_sheet(ada)
    inspector.look(ada, "create")
    ada.goto(f"/i/spaces/{scheduled}")
    inspector.look(ada, "scheduled-host")
    space = start_space(ada, TITLE)
    inspector.look(ada, "room-host-alone")
    enter(alan, TITLE)
    enter(grace, TITLE)
    press(grace, "Request")
    press(ada, "Manage")
    expect(button(ada, "Approve Grace Hopper")).to_be_visible(timeout=OPENS_WITHIN_MS)
    inspector.look(ada, "manage")
    press(ada, "Back to the stage")
    press(ada, "Share")
    inspector.look(ada, "share-menu")
    press(ada, "Pin a post")
    ada.get_by_role("dialog", name="Pin a post").get_by_role("listitem").first.get_by_role("button").click()
    press(ada, "Share")
    press(ada, "Invite people")
    expect(ada.get_by_role("dialog", name="Invite people").get_by_role("listitem").first).to_be_visible()
    inspector.look(ada, "invite")
    ada.keyboard.press("Escape")
    expect(alan.get_by_role("list", name="Pinned posts")).to_be_visible(timeout=OPENS_WITHIN_MS)
    inspector.look(alan, "room-listener")
    press(alan, "People")
    expect(alan.get_by_role("dialog", name="People").get_by_role("link").first).to_be_visible()
    inspector.look(alan, "people")
    alan.keyboard.press("Escape")
    inspector.look(grace, "room-requested")
    press(alan, "Minimise")
    inspector.look(alan, "dock")
    press(ada, "End Space")
    inspector.look(ada, "end-dialog")
    press(ada, "Keep going")
    end_space(ada)
    inspector.look(ada, "room-ended")
    press(alan, "Close")
    expect(bubble(alan, TITLE)).to_have_count(0)
    alan.goto(f"/i/spaces/{space}")
    inspector.look(alan, "ended")
    inspector.report()
