"""Sound over HTTP in a browser: without a way to the gateway, and from the beginning of a recorded Space."""

import re
from typing import Any, Final

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import ADA_HZ, GRACE_HZ
from tests.journeys.test_replay import start_recorded
from tests.support.browser import PHONE, screenshot, wait_until_heard
from tests.support.people import approve, bubble, button, end_space, press, resize, unmute
from tests.support.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300, func_only=True)]

TITLE: Final = "On the record"
COMES_WITHIN_MS: Final = 45_000
SIDEWAYS: Final = {"width": 844, "height": 390}
WIDE: Final = {"width": 1440, "height": 900}
# Without a relay there is nothing that a connection may use: as behind a firewall without UDP.
_NO_WAY: Final = """
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(options) { super(sessionStorage.noWay ? { ...options, iceTransportPolicy: "relay" } : options); }
};
window.sounds = [];
window.Audio = class extends Audio { constructor(...of) { super(...of); window.sounds.push(this); } };
"""
# The loudest of some tones in what is heard over HTTP, or null for silence. Elements are used again for other sounds.
_LOUDEST: Final = """
async (tones) => {
  const element = sounds.find(({ paused, muted }) => !paused && !muted);
  if (!element) return null;
  if (element.src !== element.heard) {
    const context = new AudioContext();
    element.analyser = context.createAnalyser();
    element.analyser.fftSize = 4096;
    context.createMediaStreamSource(element.captureStream()).connect(element.analyser);
    element.heard = element.src;
  }
  await new Promise((resolve) => setTimeout(resolve, 200));
  const spectrum = new Float32Array(element.analyser.frequencyBinCount);
  element.analyser.getFloatFrequencyData(spectrum);
  const { fftSize, context } = element.analyser;
  const level = (hertz) => spectrum[Math.round((hertz * fftSize) / context.sampleRate)];
  const loudest = tones.reduce((best, tone) => (level(tone) > level(best) ? tone : best));
  return level(loudest) > -60 ? loudest : null;
}
"""


def hears(page: Page, hertz: int) -> None:
    for _ in range(60):
        if page.evaluate(_LOUDEST, [ADA_HZ, GRACE_HZ]) == hertz:
            return
        page.wait_for_timeout(250)
    raise AssertionError(f"{hertz} Hz is not heard over HTTP")


def test_a_listener_without_a_way_to_the_gateway_hears_over_http(stack: Stack, ada: Page, grace: Page) -> None:
    start_recorded(ada)
    unmute(ada)
    grace.add_init_script(_NO_WAY)
    grace.goto("/")
    grace.evaluate("sessionStorage.noWay = 'yes'")
    bubble(grace, TITLE).click()
    late = grace.get_by_text("a few seconds behind")
    expect(late).to_be_visible(timeout=COMES_WITHIN_MS)
    hears(grace, ADA_HZ)
    expect(grace.locator("#room .tile[data-talking]")).to_have_text(re.compile("Ada Lovelace"))
    screenshot(grace, "over-http-phone")

    from_start(grace)

    grace.evaluate("delete sessionStorage.noWay")
    press(grace, "Request")
    grace.get_by_role("dialog", name="Agree to be recorded?").get_by_role("button", name="Agree").click()
    expect(late).to_be_hidden(timeout=COMES_WITHIN_MS)
    wait_until_heard(grace, ADA_HZ, seconds=20)
    approve(ada, "Grace Hopper")
    expect(button(grace, "Unmute")).to_be_visible()
    end_space(ada)


def from_start(page: Page) -> None:
    """Start from the beginning, and go back to live."""
    press(page, "Listen from the beginning")
    behind = page.get_by_role("region", name="Behind live")
    expect(behind.get_by_text(re.compile(r"\d:\d\d behind live"))).to_be_visible(timeout=COMES_WITHIN_MS)
    hears(page, ADA_HZ)
    expect(page.locator("#room").get_by_text("LIVE", exact=True)).to_be_hidden()
    at: Any = page.evaluate("sounds.find(({ paused, muted }) => !paused && !muted).currentTime")
    assert at < 15, "it began with the first second"
    sizes = {"phone": PHONE, "sideways": SIDEWAYS, "desk": WIDE}
    for name, size in sizes.items():
        resize(page, size)
        screenshot(page, f"from-the-beginning-{name}")
    resize(page, PHONE)
    press(page, "Back to live")
    expect(behind).to_be_hidden()
    expect(page.locator("#room").get_by_text("LIVE", exact=True)).to_be_visible()
