"""From the tap of a host or moderator to the moment when a listener no longer hears the speaker.

    python -m benchmarks.authority [--rounds 10]

The whole product runs on this machine with real Chromium processes: ada hosts, grace talks (880 Hz), alan listens, and
a moderator uses the admin. In each round grace is silenced in each of three ways and gets her voice back. The clock
runs from the click event in the page of the host or moderator until alan's page finds the tone gone from its output.

Goals: 0.5 s for the host, 1 s for a moderator.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from playwright.sync_api import Page

from benchmarks._support.table import markdown
from tests.support import people
from tests.support.browser import Browsers, beside, wait_until_heard, wait_until_silent
from tests.support.environment import isolate
from tests.support.stack import Stack

ADA_HZ: Final = 440
GRACE_HZ: Final = 880
DEADLINE: Final = 30.0
TITLE: Final = "Authority benchmark"
GRACE: Final = "Grace Hopper"

# The row of a report from Joan's page. The page itself limits how many reports a person makes in a minute.
REPORT: Final = """
from accounts.models import User
from spaces.models import Report, Space
from spaces.states import Subject
joan, grace = User.objects.get(username="joan"), User.objects.get(username="grace")
space = Space.objects.get(state="live")
Report.objects.create(subject=Subject.PERSON, space=space, person=grace, reporter=joan, reason="harassment")
"""

# Keep the time in sessionStorage, because a decision leads to another page.
REMEMBERS_THE_CLICK: Final = """() => {
  addEventListener("click", () => sessionStorage.setItem("clicked", Date.now()), { capture: true, once: true });
}"""


class Room:
    """Ada's Space. At the beginning of a round grace has an open microphone and alan listens."""

    def __init__(self, stack: Stack, browsers: Browsers) -> None:
        self._stack = stack
        self._ada = browsers.open(stack.url, "ada", tone=ADA_HZ)
        self._grace = browsers.open(stack.url, "grace", tone=GRACE_HZ)
        self._alan = beside(self._ada, stack.url, "alan")
        self._mod = beside(self._ada, stack.url, "senior")
        people.start_space(self._ada, TITLE)
        people.enter(self._grace, TITLE)
        people.enter(self._alan, TITLE)
        self._give_back()

    def by_mute(self) -> float:
        people.press(self._ada, "Manage")
        took = self._silenced_by(self._ada, f"Mute {GRACE}")
        people.press(self._ada, "Back to the stage")
        people.unmute(self._grace)
        wait_until_heard(self._alan, GRACE_HZ, seconds=DEADLINE)
        return took

    def by_taking_the_mic(self) -> float:
        people.press(self._ada, "Manage")
        took = self._silenced_by(self._ada, f"Make listener: {GRACE}")
        people.press(self._ada, "Back to the stage")
        self._give_back()
        return took

    def by_decision(self) -> float:
        self._stack.manage("shell", "--command", REPORT)
        self._open_newest_report(self._mod)
        people.press(self._mod, "Claim")
        self._mod.get_by_label("Suspend from speaking and hosting").check()
        self._mod.get_by_label("Reason").fill("Humming over others.")
        people.press(self._mod, "Decide")
        took = self._silenced_by(self._mod, "Suspend")
        self._stack.manage("reinstate_user", "grace")
        self._give_back()
        return took

    def _open_newest_report(self, mod: Page) -> None:
        mod.goto("/admin/spaces/report/")
        mod.locator("#result_list tbody th a").first.click()

    def _silenced_by(self, page: Page, button: str) -> float:
        """Silence grace in one way. Return the seconds until alan no longer hears her."""
        page.evaluate(REMEMBERS_THE_CLICK)
        people.press(page, button)
        wait_until_silent(self._alan, GRACE_HZ, seconds=DEADLINE)
        silent_at = time.time()
        return silent_at - float(page.evaluate("() => sessionStorage.getItem('clicked')")) / 1000

    def _give_back(self) -> None:
        people.give_microphone(self._ada, self._grace, GRACE)
        people.unmute(self._grace)
        wait_until_heard(self._alan, GRACE_HZ, seconds=DEADLINE)


def main() -> None:
    rounds = _arguments().rounds
    isolate()
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        with Stack(directory) as stack, Browsers(directory) as browsers:
            room = Room(stack, browsers)
            ways: dict[str, Callable[[], float]] = {
                "the host mutes": room.by_mute,
                "the host takes the microphone": room.by_taking_the_mic,
                "a moderator decides": room.by_decision,
            }
            took = {name: sorted(silence() for _ in range(rounds)) for name, silence in ways.items()}
    rows = [[way, *(f"{t[0]:.2f} / {statistics.median(t):.2f} / {t[-1]:.2f}".split(" / "))] for way, t in took.items()]
    print(markdown([f"{rounds} rounds, seconds until silent", "min", "median", "max"], rows))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=10)
    return parser.parse_args()


if __name__ == "__main__":
    main()
