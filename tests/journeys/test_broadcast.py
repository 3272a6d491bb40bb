"""A speaker whose voice comes from ffmpeg, by the key of the speaker's page."""

from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.support.broadcaster import ffmpeg_speaks, stop
from tests.support.browser import wait_until_heard, wait_until_silent
from tests.support.people import OPENS_WITHIN_MS, button, end_space, enter, give_microphone, press, start_space

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300, func_only=True)]

TITLE: Final = "From the studio"
HZ: Final = 1320
HEARD_WITHIN: Final = 30.0


def key_of(page: Page) -> tuple[str, str]:
    """Open the page for broadcasting software from the room, and make a key. Return the address and the key."""
    press(page, "More")
    page.get_by_role("link", name="Use broadcasting software", exact=True).click()
    expect(button(page, "Make a key")).to_be_visible(timeout=OPENS_WITHIN_MS)
    press(page, "Make a key")
    key = page.locator("#once-key").inner_text()
    address = page.locator("#whip-address").inner_text()
    page.locator("[data-expand]").click()
    return address, key


def test_a_speaker_by_ffmpeg_is_heard_and_muted_by_the_host(ada: Page, alan: Page, grace: Page, tmp_path: Path) -> None:
    start_space(ada, TITLE)
    enter(alan, TITLE)
    enter(grace, TITLE)
    give_microphone(ada, alan, "Alan Turing")
    address, key = key_of(alan)
    with ffmpeg_speaks(address, key, hertz=HZ, log=tmp_path / "ffmpeg.log") as ffmpeg:
        expect(alan.get_by_text("From broadcasting software")).to_be_visible(timeout=OPENS_WITHIN_MS)
        press(alan, "Unmute")
        wait_until_heard(grace, HZ, seconds=HEARD_WITHIN)
        press(ada, "Manage")
        press(ada, "Mute Alan Turing")
        wait_until_silent(grace, HZ, seconds=HEARD_WITHIN)
        press(ada, "Back to the stage")
        press(alan, "Unmute")
        wait_until_heard(grace, HZ, seconds=HEARD_WITHIN)
        stop(ffmpeg)
        wait_until_silent(grace, HZ, seconds=HEARD_WITHIN)
        expect(alan.get_by_text("From broadcasting software")).to_be_hidden()
        expect(button(alan, "Unmute")).to_be_visible()
    end_space(ada)
