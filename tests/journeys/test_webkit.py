"""A listener in WebKitGTK, which has no WebRTC: sound over HTTP, captions, and the reason why no voice is sent."""

from pathlib import Path

import pytest

from tests.journeys.test_captions import ADA, voice
from tests.support.browser import Browsers
from tests.support.people import approve, end_space, press, start_space, unmute
from tests.support.stack import Stack
from tests.support.webkit import WebKit

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300, func_only=True)]

TITLE = "Open audio hour"
COMES_WITHIN = 45.0
LINE_WITHIN = 90.0
NAMES = "[data-captions-lines] [data-caption-name]"


def test_a_listener_in_webkit_hears_over_http_and_reads_captions(
    stack: Stack, browsers: Browsers, tmp_path: Path
) -> None:
    ada = browsers.open(stack.url, "ada", voice=voice(tmp_path, ADA), loops=True)
    start_space(ada, TITLE)
    press(ada, "Allow captions")
    unmute(ada)

    with WebKit(stack.url) as grace:
        grace.log_in("grace")
        grace.press(f"Join {TITLE}, hosted by {ADA}", role="link")
        grace.reads("a few seconds behind", seconds=COMES_WITHIN)
        grace.hears_voices()  # with one tap: the one that joined
        at = grace.evaluate("lastAudio.currentTime")
        grace.wait_for(f"lastAudio.currentTime > {at + 2} && !lastAudio.paused")
        grace.press("Show captions")
        grace.wait_for(
            f"[...document.querySelectorAll('{NAMES}')].some((n) => n.textContent === '{ADA}')", seconds=LINE_WITHIN
        )
        grace.screenshot("webkit-over-http")

        grace.press("Request")
        approve(ada, "Grace Hopper")
        grace.press("Unmute")
        grace.reads("This browser cannot send your voice.")
        grace.hears_voices()
        assert grace.script_errors == []

        grace.goto("/i/connection")
        grace.reads("You can listen here, a few seconds late, and not speak.")
        assert grace.script_errors == []
    end_space(ada)
    ada.context.close()
