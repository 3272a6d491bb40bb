"""What people do in Firefox: join, speak, be muted, read captions, log out. The others are in Chromium, as ever."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import ADA_HZ
from tests.journeys.test_captions import ADA, voice
from tests.support.browser import Browsers, hears_just, wait_until_heard, wait_until_silent
from tests.support.firefox import MICROPHONE_HZ, Firefox
from tests.support.people import approve, end_space, press, start_space, unmute
from tests.support.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300, func_only=True)]

TITLE = "Open audio hour"
HEARD_WITHIN = 20.0
LINE_WITHIN = 90.0
NAMES = "[data-captions-lines] [data-caption-name]"


@pytest.fixture
def grace(stack: Stack) -> Iterator[Firefox]:
    with Firefox(stack.url) as firefox:
        firefox.log_in("grace")
        yield firefox


def test_a_person_in_firefox_listens_speaks_is_muted_and_leaves(ada: Page, alan: Page, grace: Firefox) -> None:
    start_space(ada, TITLE)
    unmute(ada)

    grace.press(f"Join {TITLE}, hosted by {ADA}", role="link")
    grace.hears(ADA_HZ, seconds=HEARD_WITHIN)
    grace.screenshot("firefox-listening")

    grace.press("Request")
    approve(ada, "Grace Hopper")
    grace.press("Unmute")
    grace.sees("Mute")
    wait_until_heard(ada, MICROPHONE_HZ, seconds=HEARD_WITHIN)
    assert hears_just(ada, {MICROPHONE_HZ}, of=[ADA_HZ, MICROPHONE_HZ])
    grace.screenshot("firefox-speaking")

    press(ada, "Manage")
    press(ada, "Mute Grace Hopper")
    press(ada, "Back to the stage")
    wait_until_silent(ada, MICROPHONE_HZ, seconds=HEARD_WITHIN)
    grace.sees("Unmute")
    grace.hears(ADA_HZ, seconds=HEARD_WITHIN)

    grace.press("Leave")
    grace.wait_for('!document.querySelector("#room-audio")?.srcObject?.active')
    end_space(ada)


def test_a_person_in_firefox_reads_captions_with_the_speakers_name(
    stack: Stack, browsers: Browsers, tmp_path: Path, grace: Firefox
) -> None:
    ada = browsers.open(stack.url, "ada", voice=voice(tmp_path, ADA), loops=True)
    start_space(ada, TITLE)
    press(ada, "Allow captions")
    unmute(ada)

    grace.press(f"Join {TITLE}, hosted by {ADA}", role="link")
    grace.press("Show captions")
    grace.wait_for(
        f"[...document.querySelectorAll('{NAMES}')].some((n) => n.textContent === '{ADA}')", seconds=LINE_WITHIN
    )
    grace.screenshot("firefox-captions")

    end_space(ada)
    ada.context.close()


def test_a_person_in_firefox_logs_out_in_the_room_and_hears_no_more(ada: Page, grace: Firefox) -> None:
    start_space(ada, TITLE)
    unmute(ada)
    grace.press(f"Join {TITLE}, hosted by {ADA}", role="link")
    grace.hears(ADA_HZ, seconds=HEARD_WITHIN)

    grace.press("Minimise")
    grace.goto("/accounts/logout/")
    grace.click("main form button[type=submit]")
    grace.wait_for('location.pathname !== "/accounts/logout/"')
    grace.goto("/messages")

    grace.wait_for('location.pathname.startsWith("/accounts/login")')
    grace.wait_for('!document.querySelector("#room-audio")?.srcObject')
    end_space(ada)
