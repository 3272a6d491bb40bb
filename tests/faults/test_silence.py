"""A microphone that is open and says nothing."""

import array
import math
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.faults.house import HEARD_WITHIN, House, LiveSpace, browser_of, everyone_hears, nobody_hears, prepare
from tests.support.browser import Browsers, negotiations

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]

JOAN_HZ = 1100
RATE = 48_000
SILENT_SECONDS = 36
"""Longer than any time limit after which a person counts as gone: 25 s without a heartbeat, 30 s without a socket."""
SAYS_SECONDS = 12


@pytest.fixture
def joan(house: House, browsers: Browsers, tmp_path: Path) -> Iterator[Page]:
    voice = tmp_path / "rarely.wav"
    write_rare_tone(voice)
    page = prepare(browsers.open(house.stack.url, "joan", voice=voice, loops=True))
    yield page
    browser_of(page).close()


@pytest.mark.fault("F7")
def test_who_says_nothing_for_long_is_heard_when_they_do(live: LiveSpace, alan: Page, joan: Page) -> None:
    live.enter(alan)
    live.enter(joan)
    live.speaks(joan, "Joan Clarke")
    everyone_hears({alan: {JOAN_HZ}}, within=SILENT_SECONDS + HEARD_WITHIN)
    before = negotiations(joan), negotiations(alan)
    nobody_hears({alan: {JOAN_HZ}}, within=SAYS_SECONDS + HEARD_WITHIN)
    everyone_hears({alan: {JOAN_HZ}}, within=SILENT_SECONDS + HEARD_WITHIN)
    assert (negotiations(joan), negotiations(alan)) == before
    assert live.roles()["joan"] == ("speaker", False)


def write_rare_tone(path: Path) -> None:
    tone = (round(10_000 * math.sin(2 * math.pi * JOAN_HZ * at / RATE)) for at in range(RATE * SAYS_SECONDS))
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(bytes(2 * RATE * SILENT_SECONDS))
        sound.writeframes(array.array("h", tone).tobytes())
