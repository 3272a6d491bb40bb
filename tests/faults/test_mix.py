"""Loud voices at once: the mixer adds samples in 16 bits, and a sum that does not fit comes out on the other side."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.faults.house import House, LiveSpace, beside, browser_of, everyone_hears, live_space, prepare
from tests.support.browser import Browsers

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]

FULL_SCALE = 0.99
TONES = {"ada": 440, "grace": 550, "alan": 660, "joan": 770}
NAMES = {"grace": "Grace Hopper", "alan": "Alan Turing", "joan": "Joan Clarke"}
HEARD_WITHIN = 30.0
BEATS = 3.0
"""Seconds: whole periods of every beat between the tones, so that their crests meet many times."""
STEEPEST = 1.0
"""Between neighbours of 48 kHz. Four such sines make 0.08, a gap in the sound at most 1; a sample that wraps around
makes 2, of which the codec left 1.4 in a mix that was made to wrap."""
LOUD = 0.6


@pytest.fixture
def loud(house: House, browsers: Browsers) -> Iterator[dict[str, Page]]:
    pages = {
        name: prepare(browsers.open(house.stack.url, name, tone=tone, amplitude=FULL_SCALE))
        for name, tone in TONES.items()
    }
    yield pages
    for page in pages.values():
        browser_of(page).close()


@pytest.mark.fault("F6")
def test_loud_voices_do_not_wrap_around(house: House, loud: dict[str, Page]) -> None:
    listener = beside(loud["ada"], "mod", house.stack.url)
    with live_space(house, loud["ada"], title="Everybody shouts") as live:
        listener.goto(f"/i/spaces/{live.id}")
        listener.get_by_role("button", name="Start listening").click()
        assert_no_wrap(live, loud, listener, speakers=["grace"])
        assert_no_wrap(live, loud, listener, speakers=["alan", "joan"])


def assert_no_wrap(live: LiveSpace, loud: dict[str, Page], listener: Page, *, speakers: list[str]) -> None:
    for name in speakers:
        live.enter(loud[name], hears=None)
        live.speaks(loud[name], NAMES[name])
    everyone_hears({listener: {TONES["ada"], *(TONES[name] for name in speakers)}}, within=HEARD_WITHIN)
    mix = listener.evaluate("(seconds) => recorder.measure(seconds)", BEATS)
    assert mix["peak"] > LOUD, mix
    assert mix["jump"] < STEEPEST, mix
