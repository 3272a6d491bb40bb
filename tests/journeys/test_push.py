"""From a Space that goes live to its sound, by way of a notification, in an installed app.

The browser's own push service is a server of its vendor, which a test cannot reach. So the page subscribes at a server
of this test, whose key pair is the browser's half of RFC 8291. What the product sends there is decrypted and given to
the browser, from where on everything is the browser's: the event in the service worker, the notification, and the tap.
"""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from playwright.sync_api import BrowserContext, CDPSession, Page, expect

from tests.journeys.conftest import ADA_HZ
from tests.reach.push_service import AUTH, Browser, PushService, base64url, push_service
from tests.support.browser import Browsers, wait_until_heard
from tests.support.people import button, end_space, press, start_space, unmute
from tests.support.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.timeout(200, func_only=True)]

TITLE = "It goes live"
PUSHED_WITHIN = 30.0
GIVEN_AGAIN_AFTER_MS = 1_000
HEARD_WITHIN = 3.0
SUBSCRIBES_HERE = """(made) => {
    let current = null;
    PushManager.prototype.getSubscription = async () => current;
    PushManager.prototype.subscribe = async ({ userVisibleOnly, applicationServerKey }) => {
        if (!userVisibleOnly || applicationServerKey.byteLength !== 65) throw new TypeError("no key of a server");
        return (current = { endpoint: made.endpoint, toJSON: () => made });
    };
}"""
SHOWN = """async () => {
    const worker = await navigator.serviceWorker.ready;
    return (await worker.getNotifications()).map(({ title, body, data }) => ({ title, body, url: data.url }));
}"""
LOOKED_AT = """async () => (await self.clients.matchAll({ type: "window" })).some((client) => client.focused)"""
TAP = """async () => {
    const [notification] = await self.registration.getNotifications();
    self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
}"""


@pytest.fixture
def service() -> Iterator[PushService]:
    with push_service() as service:
        yield service


@pytest.fixture
def app(stack: Stack, browsers: Browsers, tmp_path: Path) -> Iterator[BrowserContext]:
    """The browser of Grace, with a profile on disk: private windows install no apps."""
    with browsers.with_profile(tmp_path, stack.url, "grace") as context:
        yield context


def test_a_tap_on_a_notification_leads_into_the_room(
    stack: Stack, ada: Page, app: BrowserContext, service: PushService
) -> None:
    page, own = app.pages[0], Browser()
    devtools = app.new_cdp_session(page)
    made = {"endpoint": f"{service.origin}/grace", "keys": {"p256dh": own.p256dh, "auth": base64url(AUTH)}}
    page.add_init_script(f"({SUBSCRIBES_HERE})({json.dumps(made)})")
    turn_on(stack, page, devtools)

    start_space(ada, TITLE)
    unmute(ada)
    notice = pushed(stack, service, own)
    assert (notice["kind"], TITLE in notice["title"] + notice["body"]) == ("live", True)
    look_elsewhere(stack, app, devtools)
    [shown] = delivered(stack, page, devtools, notice)
    assert shown["url"].endswith("?join=1")

    tapped = time.monotonic()
    app.service_workers[0].evaluate(TAP)
    wait_until_heard(page, ADA_HZ, seconds=HEARD_WITHIN)
    print(f"heard {time.monotonic() - tapped:.1f} s after the tap")
    expect(button(page, "Leave")).to_be_visible()
    end_space(ada)


def turn_on(stack: Stack, page: Page, devtools: CDPSession) -> None:
    """Check that the browser would install the site, and turn notifications on."""
    page.goto("/settings/notifications")
    page.evaluate("() => navigator.serviceWorker.ready.then(() => null)")
    assert devtools.send("Page.getAppManifest")["errors"] == []
    assert devtools.send("Page.getInstallabilityErrors")["installabilityErrors"] == []
    page.context.grant_permissions(["notifications"], origin=stack.url)
    page.reload()
    press(page, "Turn on notifications")
    expect(page.get_by_text("Notifications are on on this device.")).to_be_visible()
    page.goto("/")


def pushed(stack: Stack, service: PushService, own: Browser) -> dict[str, str]:
    """Return what the product sent to the endpoint, as the browser decrypts it."""
    stack.wait_until(lambda: bool(service.taken), seconds=PUSHED_WITHIN)
    return own.read(service.taken[-1].body)


def look_elsewhere(stack: Stack, app: BrowserContext, devtools: CDPSession) -> None:
    """Take the focus from the page, and wait until the service worker sees that.

    Playwright would let every page believe that it has the focus.
    """
    app.new_page().bring_to_front()
    devtools.send("Emulation.setFocusEmulationEnabled", {"enabled": False})
    stack.wait_until(lambda: not app.service_workers[0].evaluate(LOOKED_AT), seconds=PUSHED_WITHIN)


def delivered(stack: Stack, page: Page, devtools: CDPSession, notice: dict[str, str]) -> list[dict[str, str]]:
    """Give the browser a push message, as its push service would, and return the notifications that it then shows.

    DevTools answers before the worker has the message, and says nothing of one that was lost on the way. So it is
    given again: the tag makes one notification of many. Raises AssertionError with what the worker reported when none
    is shown.
    """
    registrations, reported = followed(devtools)
    deadline = time.monotonic() + PUSHED_WITHIN
    while not (shown := page.evaluate(SHOWN)):
        assert time.monotonic() < deadline, f"{registrations=}; {reported=}; {stack.health()}"
        if registrations:
            message = {"origin": stack.url, "registrationId": registrations[-1], "data": json.dumps(notice)}
            devtools.send("ServiceWorker.deliverPushMessage", message)
        page.wait_for_timeout(GIVEN_AGAIN_AFTER_MS)
    return cast("list[dict[str, str]]", shown)


def followed(devtools: CDPSession) -> tuple[list[str], list[Any]]:
    """Return two lists that grow: the ids of the worker's registrations, and what is reported of its versions."""
    registrations: list[str] = []
    reported: list[Any] = []

    def registered(event: dict[str, list[dict[str, Any]]]) -> None:
        registrations.extend(found["registrationId"] for found in event["registrations"] if not found["isDeleted"])

    devtools.on("ServiceWorker.workerRegistrationUpdated", registered)
    devtools.on("ServiceWorker.workerVersionUpdated", lambda event: reported.append(event))
    devtools.on("ServiceWorker.workerErrorReported", lambda event: reported.append(event))
    devtools.send("ServiceWorker.enable")
    return registrations, reported
