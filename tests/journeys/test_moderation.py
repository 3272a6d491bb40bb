"""A report from the room, through the queue, to a removal from the live room; then the appeal, decided by another
moderator."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import GRACE_HZ
from tests.support.browser import DESK, beside, heard_tones, screenshot, wait_until_heard, wait_until_silent
from tests.support.people import end_space, enter, give_microphone, press, start_space, unmute
from tests.support.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300, func_only=True)]

TITLE = "Open audio hour"
HEARD_WITHIN = 30.0
GONE_WITHIN = 10.0
"""On a machine that does other things too; `benchmarks/authority.py` measures the second that it takes at most."""
SOON_MS = 30_000


def test_a_report_becomes_a_removal_and_an_appeal_reverses_it(
    stack: Stack, ada: Page, grace: Page, joan: Page, alan_page: Page
) -> None:
    mod = beside(alan_page, stack.url, "mod", viewport=DESK)
    senior = beside(alan_page, stack.url, "senior", viewport=DESK)
    start_space(ada, TITLE)
    enter(grace, TITLE)
    enter(joan, TITLE)
    give_microphone(ada, grace, "Grace Hopper")
    unmute(grace)
    wait_until_heard(joan, GRACE_HZ, seconds=HEARD_WITHIN)

    report_from_the_room(joan)
    listen_in(mod)
    remove_by_the_queue(mod, joan)
    expect(grace.get_by_text("You were removed").first).to_be_visible(timeout=SOON_MS)
    assert heard_tones(ada, [GRACE_HZ], seconds=0.5) == set()

    appeal(grace)
    grant(senior)
    grace.goto("/notifications")
    expect(grace.get_by_text("granted").first).to_be_visible()
    grace.goto("/")
    enter(grace, TITLE)
    end_space(ada)


def report_from_the_room(joan: Page) -> None:
    press(joan, "More about Grace Hopper")
    press(joan, "Report")
    joan.get_by_label("Harassment or abuse").check()
    joan.get_by_label("Anything the moderators should know (optional)").fill("She will not stop humming.")
    screenshot(joan, "report-dialog")
    press(joan, "Send report")
    expect(joan.get_by_text("Thank you. The moderators will look at it.").first).to_be_visible(timeout=SOON_MS)


def listen_in(mod: Page) -> None:
    mod.goto("/admin/spaces/report/live/")
    screenshot(mod, "admin-live")
    mod.get_by_role("link", name=re.compile("Listen in")).click()
    press(mod, "Listen in")
    wait_until_heard(mod, GRACE_HZ, seconds=HEARD_WITHIN)
    mod.evaluate("() => document.getElementById('room-audio').pause()")
    press(mod, "Tap to hear")
    wait_until_heard(mod, GRACE_HZ, seconds=HEARD_WITHIN)
    press(mod, "Stop")


def remove_by_the_queue(mod: Page, joan: Page) -> None:
    mod.goto("/admin/spaces/report/")
    screenshot(mod, "admin-queue")
    mod.locator("#result_list tbody th a").first.click()
    press(mod, "Claim")
    expect(mod.get_by_text("She will not stop humming.")).to_be_visible()
    expect(mod.get_by_role("cell", name="unmuted", exact=False).first).to_be_visible()
    mod.get_by_label("Remove from the Space").check()
    mod.get_by_label("Reason").fill("Humming over others.")
    screenshot(mod, "admin-case")
    mod.get_by_role("button", name="Decide", exact=True).click()
    wait_until_silent(joan, GRACE_HZ, seconds=GONE_WITHIN)
    expect(mod.get_by_text("Decided.").first).to_be_visible()


def appeal(grace: Page) -> None:
    grace.goto("/notifications")
    grace.get_by_role("link", name=re.compile("Moderators made a decision")).click()
    expect(grace.get_by_text("Humming over others.")).to_be_visible()
    screenshot(grace, "decision")
    grace.get_by_label("Why").fill("That was the fridge.")
    press(grace, "Appeal")
    expect(grace.get_by_text("Another moderator will look at it.").first).to_be_visible()


def grant(senior: Page) -> None:
    senior.goto("/admin/spaces/appeal/?state__exact=open")
    senior.locator("#result_list tbody th a").first.click()
    expect(senior.get_by_text("That was the fridge.")).to_be_visible()
    senior.get_by_label("Answer").fill("It was the fridge.")
    screenshot(senior, "admin-appeal")
    press(senior, "Reverse the decision")
    expect(senior.get_by_text("Decided.").first).to_be_visible()
