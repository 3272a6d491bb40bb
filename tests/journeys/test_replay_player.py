"""The player of a replay, with sound that is made for it: controls, keys, links to a moment, the bar, two browsers."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import ADA_HZ, GRACE_HZ
from tests.support.axe import hindrances
from tests.support.browser import PHONE, screenshot
from tests.support.firefox import Firefox
from tests.support.people import press, resize
from tests.support.stack import Stack
from tests.support.webkit import Key, WebKit

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240, func_only=True)]

TITLE = "Two voices"
IN_STEP_MS = 200
LOOKS = {
    "phone": (PHONE, "light"),
    "landscape": ({"width": 844, "height": 390}, "dark"),
    "desk": ({"width": 1440, "height": 900}, "dark"),
}
KEEP_AUDIO = "window.Audio = class extends Audio { constructor(...of) { super(...of); window.lastAudio = this; } }"
NOW = "() => lastAudio.currentTime * 1000"
_IS_WIDER = "() => document.documentElement.scrollWidth > innerWidth"


@pytest.fixture(scope="module")
def address(stack: Stack) -> Iterator[str]:
    command = f"from tests.support.replays import two_voices; print(two_voices(title={TITLE!r}))"
    yield "/i/spaces/" + stack.manage("shell", "--command", command).split()[-1]


def opened(page: Page, address: str) -> Page:
    page.add_init_script(KEEP_AUDIO)
    page.goto(address)
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    page.wait_for_function("() => window.lastAudio?.readyState > 0 && !lastAudio.seeking")
    return page


def now(page: Page) -> float:
    page.wait_for_function("() => !lastAudio.seeking")
    return float(page.evaluate(NOW))


def test_a_listener_moves_through_a_replay(alan: Page, address: str) -> None:
    page = opened(alan, f"{address}?t=12")
    assert abs(now(page) - 12_000) < IN_STEP_MS
    expect(page.locator("[data-replay-line]")).to_have_text("Grace Hopper Grace Hopper speaks from second 10 on.")
    expect(page.locator("#page .tile[data-talking]")).to_contain_text("Grace Hopper")

    press(page, "Skip to the next speaker")
    assert abs(now(page) - 20_500) < IN_STEP_MS
    expect(page.locator("#page .tile[data-talking]")).to_contain_text("Ada Lovelace")
    press(page, "Back 15 seconds")
    assert abs(now(page) - 5_500) < IN_STEP_MS
    for key, at in (("n", 10_500), ("l", 25_500), ("j", 10_500), ("ArrowRight", 15_500), ("ArrowLeft", 10_500)):
        page.keyboard.press(key)
        assert abs(now(page) - at) < IN_STEP_MS, key

    page.locator("summary", has_text="Pinned posts").click()
    page.get_by_role("button", name="0:15").click()
    page.get_by_role("button", name="Pause", exact=True).click()
    assert 15_000 - IN_STEP_MS < now(page) < 20_000
    page.get_by_label("Speed").select_option("2")
    assert page.evaluate("() => lastAudio.playbackRate") == 2
    page.locator("summary", has_text="Transcript").click()
    for name, (size, scheme) in LOOKS.items():
        resize(page, size)
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]  # one of two words
        screenshot(page, f"replay-player-{name}")
        assert hindrances(page) == [], name
        assert not page.evaluate(_IS_WIDER), name


def test_the_sound_goes_on_elsewhere_and_the_place_is_remembered(alan: Page, address: str) -> None:
    page = opened(alan, f"{address}?t=30")
    press(page, "Play")
    page.locator("#page .tile[data-person]").first.click()
    expect(page.locator("#replay-dock")).to_be_visible()
    at = now(page)
    page.wait_for_function(f"() => lastAudio.currentTime * 1000 > {at}")
    screenshot(page, "replay-dock")
    press(page, "Pause the replay")
    at = now(page)
    page.locator("#replay-dock a").click()
    expect(page.locator("[data-replay-player]")).to_be_visible()
    expect(page.locator("#replay-dock")).to_be_hidden()
    page.reload()
    page.wait_for_function("() => window.lastAudio?.readyState > 0 && !lastAudio.seeking && lastAudio.currentTime > 0")
    assert abs(now(page) - at) < IN_STEP_MS


def test_a_replay_plays_and_skips_in_firefox(stack: Stack, address: str) -> None:
    with Firefox(stack.url) as firefox:
        firefox.run_before_pages(KEEP_AUDIO)
        firefox.goto(f"{address}?t=12")
        firefox.press("Play")
        firefox.wait_for("lastAudio.currentTime > 12.5 && !lastAudio.paused")
        firefox.press("Pause")
        firefox.press("Skip to the next speaker")
        firefox.wait_for("!lastAudio.seeking")
        assert abs(firefox.evaluate("lastAudio.currentTime * 1000") - 20_500) < IN_STEP_MS
        firefox.screenshot("replay-player-firefox")


def test_a_replay_is_heard_and_moved_through_in_webkit(stack: Stack, address: str) -> None:
    with WebKit(stack.url) as webkit:
        webkit.goto(f"{address}?t=2")
        webkit.press("Play")
        webkit.wait_for("lastAudio.currentTime > 2.5 && !lastAudio.paused")
        webkit.wait_for(line_is("Ada Lovelace speaks from second 0 on."))
        webkit.hears(ADA_HZ)

        webkit.press("Skip to the next speaker")
        webkit.wait_for(line_is("Grace Hopper speaks from second 10 on."))
        webkit.hears(GRACE_HZ)
        webkit.press("Pause")
        webkit.falls_silent(GRACE_HZ)

        for key, moves in (("l", 15), ("j", -15), (Key.RIGHT, 5), (Key.LEFT, -5)):
            before = webkit_now(webkit)
            webkit.strike(key)
            assert abs(webkit_now(webkit) - before - moves) < 0.2, key

        webkit.click_at("[data-replay-seek]", 0.55)
        assert abs(webkit_now(webkit) - 33) < 3
        webkit.wait_for(line_is("Grace Hopper speaks from second 30 on."))

        webkit.choose("[data-replay-speed]", "1.5")
        webkit.press("Play")
        webkit.hears(GRACE_HZ)
        webkit.screenshot("replay-player-webkit")
        assert 1.25 < played_in_two_seconds(webkit) / 2 < 1.75
        webkit.press("Pause")
        webkit.falls_silent(GRACE_HZ)
        assert webkit.script_errors == []


def line_is(text: str) -> str:
    """Return a JavaScript expression: this caption is shown."""
    return f"document.querySelector('[data-replay-line]').innerText.endsWith({text!r})"


def webkit_now(webkit: WebKit) -> float:
    webkit.wait_for("!lastAudio.seeking")
    return float(webkit.evaluate("lastAudio.currentTime"))


def played_in_two_seconds(webkit: WebKit) -> float:
    return float(
        webkit.evaluate(
            "new Promise((resolve) => {"
            " const [from, at] = [lastAudio.currentTime, performance.now()];"
            " setTimeout(() => resolve((lastAudio.currentTime - from) * 2000 / (performance.now() - at)), 2000); })"
        )
    )
