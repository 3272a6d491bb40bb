"""The time that a person waits between the tap on a bubble and the first sound.

    python -m benchmarks.join [--taps 10]

The whole product runs on this machine (daphne, Redis, gateway, worker, beat) with two real Chromium processes. Ada
hosts and her microphone plays 440 Hz. Grace is on her home page. In each round a clock in the page starts when the
pointer goes down on the bubble. It stops when an AnalyserNode on the stream that the page plays first shows the tone
above -50 dB of full scale; then she leaves. The analyser looks at 85 ms of sound every 5 ms, so it is late rather than
early.
"""

import argparse
import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.support.browser import Browsers, wait_until_heard
from tests.support.environment import isolate
from tests.support.stack import Stack

TITLE = "Join benchmark"
TONE = 440
DEADLINE_MS = 10_000

ARM = """([tone, deadline]) => {
  window.firstSound = new Promise((resolve) => {
    document.addEventListener("pointerdown", () => {
      const start = performance.now();
      const look = () => {
        const waited = performance.now() - start;
        const level = ear.levels([tone])[0];
        if (level !== null && level > -50) resolve(waited);
        else if (waited > deadline) resolve(null);
        else setTimeout(look, 5);
      };
      look();
    }, { capture: true, once: true });
  });
}"""


def main() -> None:
    taps = _arguments().taps
    isolate()
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        with Stack(directory) as stack, Browsers(directory) as browsers:
            ada = browsers.open(stack.url, "ada", tone=TONE)
            grace = browsers.open(stack.url, "grace")
            _start(ada)
            _warm_up(grace)
            waits = [_tap(grace) for _ in range(taps)]
    _report(waits)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--taps", type=int, default=10)
    return parser.parse_args()


def _start(page: Page) -> None:
    page.goto("/i/spaces/new")
    page.get_by_role("textbox", name="Name your Space").fill(TITLE)
    page.get_by_role("button", name="Start your Space", exact=True).click()
    page.get_by_role("button", name="Unmute", exact=True).click()
    expect(page.get_by_role("button", name="Mute", exact=True)).to_be_visible()


def _warm_up(page: Page) -> None:
    """Open the browser's first AudioContext, which is slow; this belongs to the measurement, not to the product."""
    _bubble(page).click()
    wait_until_heard(page, TONE, seconds=10)
    _leave(page)


def _tap(page: Page) -> float:
    page.evaluate(ARM, [TONE, DEADLINE_MS])
    _bubble(page).click()
    waited = page.evaluate("() => window.firstSound")
    _leave(page)
    if waited is None:
        raise SystemExit(f"no sound within {DEADLINE_MS} ms")
    return float(waited)


def _bubble(page: Page) -> Locator:
    return page.get_by_role("link", name=f"Join {TITLE}, hosted by Ada Lovelace", exact=True)


def _leave(page: Page) -> None:
    page.get_by_role("button", name="Leave", exact=True).click()
    expect(_bubble(page)).to_be_visible()
    page.wait_for_function("() => !document.querySelector('#room-audio')?.srcObject")


def _report(waits: list[float]) -> None:
    print(f"tap -> first audible sample, {len(waits)} taps, milliseconds")
    print(" ".join(f"{wait:.0f}" for wait in waits))
    print(f"{'min':>8}{'median':>8}{'max':>8}")
    print(f"{min(waits):8.0f}{statistics.median(waits):8.0f}{max(waits):8.0f}")


if __name__ == "__main__":
    main()
