"""The page tells the truth: on air means that the device sends, hears means that it plays."""

import pytest
from playwright.sync_api import CDPSession, Locator, Page, expect

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


def allow_microphone(session: CDPSession, setting: str) -> None:
    session.send("Browser.setPermission", {"permission": {"name": "microphone"}, "setting": setting})


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
    session = ada.context.new_cdp_session(ada)
    allow_microphone(session, "denied")
    expect(ada.get_by_text("The browser took the microphone back.")).to_be_visible()
    expect(button(ada, "Unmute")).to_be_visible()
    shows_muted(grace, "Ada Lovelace")
    allow_microphone(session, "granted")
    unmute(ada)
    shows_open(grace, "Ada Lovelace")
    wait_until_heard(grace, ADA_HZ, seconds=HEARD_WITHIN)


@pytest.mark.security("A5")
def test_what_the_system_mutes_is_shown_muted_everywhere(ada: Page, grace: Page) -> None:
    start_space(ada, TITLE)
    ada.evaluate(_CATCH_TRACKS)
    unmute(ada)
    enter(grace, TITLE)
    ada.evaluate(_TURN, True)
    expect(ada.get_by_text("Your system muted the microphone")).to_be_visible()
    shows_muted(grace, "Ada Lovelace")
    ada.evaluate(_TURN, False)
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
