"""A clip: chosen in the transcript of a replay, made by the worker, shared as a post, and played in a timeline."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import ADA_HZ, GRACE_HZ
from tests.journeys.test_replay import loud_from_to
from tests.recordings.captures import decoded
from tests.support.axe import hindrances
from tests.support.browser import PHONE, screenshot
from tests.support.people import press, resize
from tests.support.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240, func_only=True)]

MADE_WITHIN_MS = 60_000
"""Its worker may have an export to finish first."""
IN_STEP_MS = 50
LOOKS = {"phone": PHONE, "landscape": {"width": 844, "height": 390}, "desk": {"width": 1440, "height": 900}}
_IS_WIDER = "() => document.documentElement.scrollWidth > innerWidth"


def looked_at(page: Page, name: str) -> None:
    """Take pictures on three screens, and check that nothing hinders or is cut off."""
    for look, size in LOOKS.items():
        resize(page, size)
        screenshot(page, f"{name}-{look}")
        assert hindrances(page) == [], (name, look)
        assert not page.evaluate(_IS_WIDER), (name, look)
    resize(page, PHONE)


def play(page: Page) -> None:
    """Play the clip and wait for its sound and its first caption."""
    player = page.locator("#page [data-clip-player]").first
    player.locator("audio").evaluate("audio => audio.play()")
    expect(player.locator("[data-clip-line]")).to_contain_text("Grace Hopper speaks from second 10 on.")
    page.wait_for_function("() => document.querySelector('#page [data-clip-sound]').currentTime > 0.5")
    player.locator("audio").evaluate("audio => audio.pause()")


def test_a_clip_is_chosen_made_shared_and_played(stack: Stack, ada: Page, grace: Page, tmp_path: Path) -> None:
    command = "from tests.support.replays import two_voices; print(two_voices(title='Worth a clip'))"
    ada.goto("/i/spaces/" + stack.manage("shell", "--command", command).split()[-1])
    press(ada, "Make a clip")
    press(ada, "Clip what Grace Hopper says at 0:10")
    press(ada, "Clip what Ada Lovelace says at 0:20")
    expect(ada.locator("[data-clip-times]")).to_have_text("0:10 to 0:29, 19 seconds")
    ada.get_by_label("End of the clip").press("ArrowRight")
    expect(ada.locator("[data-clip-times]")).to_have_text("0:10 to 0:31, 21 seconds")
    looked_at(ada, "clip-maker")
    ada.get_by_label("Title (optional)").fill("From Grace to Ada")
    press(ada, "Make the clip")

    expect(ada.get_by_role("heading", name="From Grace to Ada")).to_be_visible()
    expect(ada.locator("#page audio")).to_be_visible(timeout=MADE_WITHIN_MS)
    (tmp_path / "clip.m4a").write_bytes(ada.request.get(f"{ada.url}/sound.m4a").body())
    heard = decoded(tmp_path / "clip.m4a")
    grace_from, _ = loud_from_to(heard, GRACE_HZ)
    ada_from, ada_to = loud_from_to(heard, ADA_HZ)
    print(grace_from, ada_from, ada_to)
    assert grace_from <= IN_STEP_MS
    assert abs(ada_from - 10_000) <= IN_STEP_MS
    assert abs(ada_to - 19_000) <= IN_STEP_MS
    play(ada)
    looked_at(ada, "clip")

    press(ada, "Share as a post")
    composer = ada.get_by_role("dialog", name="New post")
    composer.get_by_role("button", name="Post", exact=True).click()
    expect(composer).to_be_hidden()
    grace.goto("/")
    expect(grace.locator("#page").get_by_role("link", name="From Grace to Ada")).to_be_visible()
    play(grace)
    looked_at(grace, "clip-card")
