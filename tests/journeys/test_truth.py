"""The page tells the truth: on air means that the device sends, hears means that it plays."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import ADA_HZ
from tests.support.browser import wait_until_heard
from tests.support.people import button, enter, press, start_space, unmute

pytestmark = [pytest.mark.journey, pytest.mark.timeout(180, func_only=True)]

TITLE = "Nothing but the truth"
HEARD_WITHIN = 20.0
_CATCH_TRACKS = """() => {
    const given = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (wanted) => {
        const stream = await given(wanted);
        window.ownTrack = stream.getAudioTracks()[0];
        return stream;
    };
}"""
_UNANSWERED = "() => { navigator.mediaDevices.getUserMedia = () => new Promise(() => {}); }"
_TURN = """isMuted => {
    Object.defineProperty(ownTrack, "muted", { value: isMuted, configurable: true });
    ownTrack.dispatchEvent(new Event(isMuted ? "mute" : "unmute"));
}"""
_IS_PAUSED = "() => document.getElementById('room-audio').paused"


def allow_microphone(page: Page, setting: str) -> None:
    """Change the permission for the microphone, as the padlock beside the address does."""
    session = page.context.new_cdp_session(page)
    context = session.send("Target.getTargetInfo")["targetInfo"]["browserContextId"]
    browser = page.context.browser
    assert browser is not None
    change = {"permission": {"name": "microphone"}, "setting": setting, "browserContextId": context}
    browser.new_browser_cdp_session().send("Browser.setPermission", change)


def tile(page: Page, name: str) -> Locator:
    return page.get_by_label("On stage").get_by_role("listitem").filter(has_text=name)


def shows_muted(page: Page, name: str) -> None:
    expect(tile(page, name).get_by_text("muted", exact=True)).to_be_attached()


def shows_open(page: Page, name: str) -> None:
    expect(tile(page, name).get_by_text("muted", exact=True)).not_to_be_attached()


@pytest.mark.security("A2")
def test_a_microphone_that_is_taken_back_is_off_the_air(ada: Page, grace: Page) -> None:
    start_space(ada, TITLE)
    ada.evaluate(_CATCH_TRACKS)
    unmute(ada)
    enter(grace, TITLE)
    wait_until_heard(grace, ADA_HZ, seconds=HEARD_WITHIN)
    allow_microphone(ada, "denied")
    expect(ada.get_by_text("The browser took the microphone back.")).to_be_visible()
    expect(button(ada, "Unmute")).to_be_visible()
    shows_muted(grace, "Ada Lovelace")
    allow_microphone(ada, "granted")
    unmute(ada)
    shows_open(grace, "Ada Lovelace")
    wait_until_heard(grace, ADA_HZ, seconds=HEARD_WITHIN)


@pytest.mark.security("A5")
def test_what_the_system_mutes_is_shown_muted_everywhere(ada: Page, grace: Page) -> None:
    start_space(ada, TITLE)
    ada.evaluate(_CATCH_TRACKS)
    unmute(ada)
    enter(grace, TITLE)
    ada.evaluate(_TURN, arg=True)
    expect(ada.get_by_text("Your system muted the microphone")).to_be_visible()
    shows_muted(grace, "Ada Lovelace")
    ada.evaluate(_TURN, arg=False)
    expect(ada.get_by_text("Your system muted the microphone")).to_be_hidden()
    shows_open(grace, "Ada Lovelace")
    expect(button(ada, "Mute")).to_be_visible()


@pytest.mark.security("A18")
def test_a_prompt_that_is_left_unanswered_is_said_and_canceled(ada: Page) -> None:
    start_space(ada, TITLE)
    ada.evaluate(_UNANSWERED)
    press(ada, "Unmute")
    expect(ada.get_by_text("Your browser is asking for the microphone")).to_be_visible(timeout=4_000)
    press(ada, "Cancel")
    expect(button(ada, "Unmute")).to_be_visible()
    expect(ada.get_by_text("Your browser is asking for the microphone")).to_be_hidden()


@pytest.mark.security("A6")
def test_what_the_system_pauses_plays_again_at_a_tap(ada: Page, grace: Page) -> None:
    start_space(ada, TITLE)
    unmute(ada)
    enter(grace, TITLE)
    wait_until_heard(grace, ADA_HZ, seconds=HEARD_WITHIN)
    grace.evaluate("() => document.getElementById('room-audio').pause()")
    expect(button(grace, "Tap to hear")).to_be_visible()
    assert grace.evaluate(_IS_PAUSED)
    grace.locator("#room-title").click()
    expect(button(grace, "Tap to hear")).to_be_hidden()
    wait_until_heard(grace, ADA_HZ, seconds=HEARD_WITHIN)
    assert grace.evaluate("() => navigator.mediaSession.metadata.title") == TITLE


@pytest.mark.security("B3")
def test_a_link_tapped_in_an_outage_never_ends_the_room(ada: Page, grace: Page) -> None:
    start_space(ada, TITLE)
    unmute(ada)
    enter(grace, TITLE)
    wait_until_heard(grace, ADA_HZ, seconds=HEARD_WITHIN)
    press(grace, "Minimise")
    grace.evaluate("() => { window.isSamePage = true; }")
    address = grace.url
    grace.context.set_offline(True)
    press(grace, "Your account")
    grace.get_by_role("link", name="Discover", exact=True).last.click()
    expect(grace.get_by_text("You are offline. The room goes on.").first).to_be_visible()
    assert (grace.url, grace.evaluate("() => window.isSamePage")) == (address, True)
    expect(grace.get_by_role("alert").get_by_text("The room goes on.")).to_be_visible()
    wait_until_heard(grace, ADA_HZ, seconds=HEARD_WITHIN)
    grace.context.set_offline(False)
    press(grace, "Retry")
    expect(grace.get_by_role("heading", name="Discover")).to_be_visible()
    assert grace.evaluate("() => window.isSamePage")
    wait_until_heard(grace, ADA_HZ, seconds=HEARD_WITHIN)


@pytest.mark.security("B3")
def test_a_page_of_the_proxy_never_ends_the_room(ada: Page) -> None:
    """Keep the room while the proxy answers for a server that is just starting."""
    start_space(ada, TITLE)
    press(ada, "Minimise")
    ada.evaluate("() => { window.isSamePage = true; }")
    ada.route("**/i/spaces", lambda route: route.fulfill(status=503, body="<html><h1>503</h1></html>"))
    press(ada, "Your account")
    ada.get_by_role("link", name="Discover", exact=True).last.click()
    expect(ada.get_by_text("The server does not answer. The room goes on.").first).to_be_visible()
    ada.unroute("**/i/spaces")
    press(ada, "Retry")
    expect(ada.get_by_role("heading", name="Discover")).to_be_visible()
    assert ada.evaluate("() => window.isSamePage")
