"""Open pages while the user logs out, or in as another one, in another tab; with the browser's cache for "Back" on."""

from contextlib import suppress

import pytest
from playwright.sync_api import Error, Page, expect

from tests.support.browser import Browsers, log_in
from tests.support.people import press
from tests.support.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300, func_only=True)]

PRIVATE = "the key is under the mat"
TYPED = "what I was about to say"
SHOWN_WITHIN_MS = 15_000


@pytest.fixture(scope="module")
def first(stack: Stack, browsers: Browsers) -> Page:
    return browsers.open(stack.url, "joan", keeps_pages=True)


@pytest.fixture
def page(first: Page) -> Page:
    for other in first.context.pages[1:]:
        other.close()
    first.goto("/")
    if not is_joans(first):
        if first.locator("html").get_attribute("data-viewer"):
            log_out(first)
        log_in(first, "joan")
    return first


def is_joans(page: Page) -> bool:
    return page.locator(".nav-me", has_text="@joan").count() > 0


def log_out(page: Page) -> None:
    page.goto("/")
    press(page, "Your account")
    press(page, "Log out")
    page.wait_for_function("!document.documentElement.dataset.viewer")


def beside(page: Page) -> Page:
    other = page.context.new_page()
    other.goto("/")
    return other


def write(page: Page, text: str) -> None:
    page.goto("/messages/grace")
    page.get_by_role("textbox", name="Message to").fill(text)


@pytest.mark.security("A1")
@pytest.mark.asvs("14.3.1")
def test_back_after_log_out_shows_nothing_private(page: Page) -> None:
    write(page, PRIVATE)
    press(page, "Send")
    expect(page.get_by_text(PRIVATE).last).to_be_visible()
    log_out(page)
    for _ in range(3):
        page.go_back(wait_until="commit")
        page.wait_for_timeout(1_000)
        expect(page.get_by_text(PRIVATE)).to_have_count(0)


@pytest.mark.security("A1")
def test_a_page_of_another_tab_goes_with_the_session(page: Page) -> None:
    write(page, PRIVATE)
    press(page, "Send")
    expect(page.get_by_text(PRIVATE).last).to_be_visible()
    log_out(beside(page))
    expect(page.get_by_text(PRIVATE)).to_have_count(0, timeout=SHOWN_WITHIN_MS)


@pytest.mark.security("A1")
def test_a_new_token_is_not_kept_for_back(page: Page) -> None:
    page.goto("/settings/apps")
    page.get_by_text("New token", exact=True).click()
    page.get_by_label("Name", exact=True).first.fill("bot")
    page.locator("input[name=scopes]").first.check()
    press(page, "Make the token")
    if page.locator("input[name=password]").count():
        page.locator("input[name=password]").fill("spaces-demo")
        press(page, "Confirm")
    expect(page.locator("#once-token")).to_be_visible()
    token = page.locator("#once-token").inner_text()
    page.goto("/")
    # The answer to a form is not kept at all: then Back is an error of the browser's.
    with suppress(Error):
        page.go_back(wait_until="commit")
    page.wait_for_timeout(1_000)
    assert token not in page.content()


@pytest.mark.security("A13")
def test_a_message_survives_a_new_log_in_of_the_same_person(page: Page) -> None:
    write(page, TYPED)
    other = beside(page)
    log_out(other)
    expect(page.get_by_role("alert").get_by_text("You are logged out.")).to_be_visible(timeout=SHOWN_WITHIN_MS)
    expect(page.get_by_role("textbox", name="Message to")).to_be_hidden()
    log_in(other, "joan")
    expect(page.get_by_role("textbox", name="Message to")).to_have_value(TYPED)
    press(page, "Send")
    expect(page.locator("[data-messages]").get_by_text(TYPED).last).to_be_visible()


@pytest.mark.security("A13")
def test_a_form_without_a_cookie_gets_a_token(page: Page) -> None:
    page.goto("/compose")
    field = page.locator("#page :is(textarea, input[type=text])").first
    field.fill(TYPED)
    page.context.clear_cookies(name="csrf")
    before = page.url
    page.locator("#page form[method=post] button[type=submit]").first.click()
    page.wait_for_url(lambda address: address != before)
    assert page.get_by_text("Please try again").count() == 0


@pytest.mark.security("A13")
def test_nothing_is_sent_in_the_name_of_another_person(page: Page) -> None:
    write(page, TYPED)
    other = beside(page)
    log_out(other)
    log_in(other, "alan")
    alert = page.get_by_role("alert").get_by_text("Another account is logged in here now.")
    expect(alert).to_be_visible(timeout=SHOWN_WITHIN_MS)
    assert page.locator("textarea[name=text]").first.input_value() is not None
    assert TYPED in page.evaluate("[...document.querySelectorAll('textarea')].map((field) => field.value)")
