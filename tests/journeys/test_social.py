"""People who come to a Space from the timeline: by a message, by a post, or because a person they follow speaks
there."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import ADA_HZ, GRACE_HZ, JOAN_HZ
from tests.support.browser import DESK, PHONE, screenshot, wait_until_heard
from tests.support.people import (
    approve,
    bubble,
    button,
    end_space,
    leave,
    press,
    resize,
    start_space,
    unmute,
)
from tests.support.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300, func_only=True)]

SIZES = {"phone": PHONE, "desk": DESK}
BUBBLE_WITHIN_MS = 2_000
HEARD_WITHIN = 20.0
TITLE = "Open audio hour"
_A_DAY_LATER = """
from datetime import timedelta
from django.db.models import F
from timeline.models import Fleet
day = timedelta(hours=24)
Fleet.objects.update(created_at=F("created_at") - day, expires_at=F("expires_at") - day)
"""


def test_somebody_who_does_not_follow_is_invited_by_message_and_speaks(ada: Page, stranger: Page) -> None:
    start_space(ada, TITLE)
    press(ada, "Share")
    press(ada, "Invite people")
    ada.get_by_role("searchbox", name="Search people to invite").fill("radia")
    ada.get_by_role("switch", name="Invite to speak").check()
    press(ada, "Invite Radia Perlman")
    expect(button(ada, "Radia Perlman is invited")).to_be_visible()
    ada.keyboard.press("Escape")
    expect(bubble(stranger, TITLE)).to_have_count(0)

    press(stranger, "Your account")
    stranger.locator("#account-menu").get_by_role("link", name="Messages").click()
    stranger.get_by_role("list", name="Conversations").get_by_role("link", name=re.compile("Ada Lovelace")).click()
    expect(stranger.get_by_text("You are invited", exact=True).last).to_be_visible()
    screenshot(stranger, "message-invitation")
    press(stranger, "Join")
    press(stranger, "Accept")
    unmute(stranger)
    wait_until_heard(ada, JOAN_HZ, seconds=HEARD_WITHIN)
    end_space(ada)


def test_a_post_is_reported_from_its_menu(ada: Page, stranger: Page) -> None:
    ada.goto("/compose")
    ada.get_by_role("textbox", name="What is happening?").fill("Mean words")
    ada.get_by_role("button", name="Post", exact=True).click()
    expect(ada.get_by_role("heading", name="Post")).to_be_visible()
    stranger.goto("/ada")
    post = stranger.get_by_role("article", name=re.compile("Mean words"))
    post.get_by_label("Share").click()
    post.get_by_role("button", name="Report this post").click()
    dialog = stranger.get_by_role("dialog", name="Report a post by @ada")
    dialog.get_by_label("Spam or scam").check()
    screenshot(stranger, "report-post")
    dialog.get_by_role("button", name="Send report").click()
    expect(stranger.get_by_text("Thank you. The moderators will look at it.").first).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
def test_a_shared_card_leads_to_the_sound(ada: Page, alan: Page, size: str) -> None:
    resize(alan, SIZES[size])
    start_space(ada, TITLE)
    unmute(ada)
    press(ada, "Share")
    press(ada, "Share via a Tweet")
    composer = ada.get_by_role("dialog", name="New post")
    composer.get_by_role("textbox", name="What is happening?").press_sequentially(f"Come in, {size}! ")
    composer.get_by_role("button", name="Post", exact=True).click()
    expect(composer).to_be_hidden()

    press(alan, "1 new post")
    post = alan.get_by_role("article", name=re.compile(f"Come in, {size}!"))
    expect(post.get_by_text(TITLE)).to_be_visible()
    screenshot(alan, f"card-{size}")
    post.get_by_role("button", name="Listen live", exact=True).click()
    wait_until_heard(alan, ADA_HZ, seconds=HEARD_WITHIN)
    leave(alan)
    end_space(ada)


def test_a_fleet_is_shown_seen_and_gone_after_a_day(stack: Stack, grace: Page, alan: Page) -> None:
    press(grace, "Add to your Fleet")
    press(grace, "Text")
    grace.get_by_role("textbox", name="Text of your Fleet").fill("Gone tomorrow")
    press(grace, "Share Fleet")
    expect(grace.get_by_text("Shared for 24 hours.")).to_be_visible()

    alan.goto("/")
    press(alan, "Grace Hopper: 1 Fleet, 1 new")
    expect(alan.get_by_role("dialog", name="Fleets").get_by_text("Gone tomorrow", exact=True).first).to_be_visible()
    screenshot(alan, "fleet-viewer")
    press(alan, "Close")
    expect(button(alan, "Grace Hopper: 1 Fleet")).to_be_visible()

    press(grace, "Add to your Fleet")
    press(grace, "View yours")
    press(grace, "Seen by 1")
    expect(grace.get_by_role("link", name=re.compile("Alan Turing"))).to_be_visible()
    screenshot(grace, "fleet-seen-by")

    stack.manage("shell", "--command", _A_DAY_LATER)
    alan.goto("/")
    expect(button(alan, "Add to your Fleet")).to_be_visible()
    expect(alan.get_by_role("button", name=re.compile("^Grace Hopper: "))).to_have_count(0)


def test_the_bubble_appears_for_somebody_followed_who_only_speaks(ada: Page, grace: Page, stranger: Page) -> None:
    start_space(ada, TITLE)
    bubble(grace, TITLE).click()
    press(grace, "Request")
    expect(bubble(stranger, TITLE)).to_have_count(0)
    approve(ada, "Grace Hopper")
    expect(bubble(stranger, TITLE)).to_be_visible(timeout=BUBBLE_WITHIN_MS)
    screenshot(stranger, "bubble-of-a-speaker")
    unmute(grace)
    bubble(stranger, TITLE).click()
    wait_until_heard(stranger, GRACE_HZ, seconds=HEARD_WITHIN)
    leave(stranger)
    end_space(ada)
    expect(bubble(stranger, TITLE)).to_have_count(0, timeout=BUBBLE_WITHIN_MS)
