"""Passkeys, with Chromium's own virtual authenticator."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import PASSWORD
from tests.support.browser import beside as another
from tests.support.people import press
from tests.support.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300, func_only=True), pytest.mark.security("C4")]

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def page(stack: Stack, alan_page: Page) -> Page:
    """Browsers know passkeys of names only: on `localhost`, not on an address."""
    page = another(alan_page, stack.url.replace("127.0.0.1", "localhost"), "alan")
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return page


@pytest.mark.asvs("6.3.3")
def test_a_passkey_is_added_logs_in_and_is_removed(page: Page) -> None:
    page.goto("/accounts/2fa/webauthn/add/")
    page.locator("input[name=password]").fill(PASSWORD)
    press(page, "Confirm")
    page.get_by_label("Log in with the passkey alone").check()
    press(page, "Add the passkey")
    expect(page.locator("#recovery-codes li")).to_have_count(10)

    press(page, "Your account")
    press(page, "Log out")
    page.goto("/accounts/login/")
    press(page, "Log in with a passkey")
    page.wait_for_url(lambda address: "/accounts/" not in address)

    press(page, "Your account")
    press(page, "Log out")
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill("alan")
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    press(page, "Use a passkey")
    page.wait_for_url(lambda address: "/accounts/" not in address)

    page.goto("/accounts/2fa/webauthn/")
    page.get_by_role("link", name="Remove").click()
    if page.locator("input[name=password]").count():
        page.locator("input[name=password]").fill(PASSWORD)
        press(page, "Confirm")
    press(page, "Remove it")
    expect(page.get_by_text("You have no passkey.")).to_be_visible()
