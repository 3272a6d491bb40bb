"""A page of Firefox in tests, driven over WebDriver BiDi by puppeteer: Playwright drives a Firefox of its own only.

    with Firefox(stack.url) as grace:
        grace.log_in("grace")
        grace.press("Request")

Its microphone is the browser's own fake, a tone of 1,760 Hz (tests/js/firefox.mjs). What a page plays is asked of
`ear.js`, as in Chromium.
"""

import json
import os
import shutil
import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, Self

from .browser import HEARD_ABOVE, PASSWORD, PHONE, SCREENSHOTS
from .processes import REPOSITORY
from .sound_server import SoundServer

BRIDGE: Final = REPOSITORY / "tests/js/firefox.mjs"
PROGRAMS: Final = ("firefox-esr", "firefox")
PATIENCE: Final = 30.0
MICROPHONE_HZ: Final = 1760


class BrowserError(Exception):
    """What the page or its driver could not do, in the driver's words."""


class Firefox:
    """One browser with one page. Starts on entering, ends on leaving.

    Args:
        url: the product's origin; paths given to `goto` are below it.
        viewport: width and height in CSS pixels.
    """

    def __init__(self, url: str, *, viewport: dict[str, int] = PHONE) -> None:
        self._url = url
        self._viewport = viewport
        self._calls = 0

    def __enter__(self) -> Self:
        with ExitStack() as opened:
            sound = opened.enter_context(SoundServer())
            self._bridge = self._start_bridge(sound.address)
            opened.callback(self._end_bridge)
            self._call("runBeforePages", (REPOSITORY / "tests/support/ear.js").read_text())
            self._opened = opened.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._opened.close()

    def _start_bridge(self, sound: str) -> subprocess.Popen[str]:
        command = ["node", str(BRIDGE), firefox(), str(self._viewport["width"]), str(self._viewport["height"])]
        environment = os.environ | {"PULSE_SERVER": sound}
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)

    def _end_bridge(self) -> None:
        assert self._bridge.stdin is not None
        self._bridge.stdin.close()
        end(self._bridge)

    def run_before_pages(self, source: str) -> None:
        """Run this script at the start of each page from now on."""
        self._call("runBeforePages", source)

    def goto(self, path: str) -> None:
        """Open a path of the product."""
        self._call("goto", self._url + path)

    def log_in(self, username: str, password: str = PASSWORD) -> None:
        """Log in by the form, as a person does."""
        self.goto("/accounts/login/")
        self._call("fill", "input[name=login]", username)
        self._call("fill", "input[name=password]", password)
        self.press("Log in")
        self.wait_for('!location.pathname.startsWith("/accounts/login")')

    def press(self, name: str, *, role: str = "button", seconds: float = PATIENCE) -> None:
        """Click the control of this accessible name. Raises BrowserError if it is not there in time."""
        self._call("press", name, role, seconds * 1000)

    def click(self, selector: str) -> None:
        """Click what a CSS selector names. Raises BrowserError if it is not there in time."""
        self._call("click", selector, PATIENCE * 1000)

    def fill(self, selector: str, text: str) -> None:
        """Type into the field that a CSS selector names."""
        self._call("fill", selector, text)

    def sees(self, name: str, *, role: str = "button", seconds: float = PATIENCE) -> None:
        """Wait for the control of this accessible name. Raises BrowserError if it is not there in time."""
        self._call("waitForName", role, name, seconds * 1000)

    def wait_for(self, expression: str, *, seconds: float = PATIENCE) -> None:
        """Wait until a JavaScript expression is true. Raises BrowserError if it is not in time."""
        self._call("waitFor", expression, seconds * 1000)

    def reads(self, text: str, *, seconds: float = PATIENCE) -> None:
        """Wait until the page shows a text. Raises BrowserError if it does not in time."""
        self.wait_for(f"document.body.innerText.includes({json.dumps(text)})", seconds=seconds)

    def evaluate(self, expression: str) -> Any:
        """Return the value of a JavaScript expression, a promise's too, as JSON has it."""
        return self._call("evaluate", expression)

    def hears(self, hertz: int, *, seconds: float = PATIENCE) -> float:
        """Return after how many seconds the page played a tone. Raises AssertionError if it did not in time."""
        return self._until(hertz, above=True, seconds=seconds)

    def falls_silent(self, hertz: int, *, seconds: float = PATIENCE) -> float:
        """Return after how many seconds a tone was gone. Raises AssertionError if it was not in time."""
        return self._until(hertz, above=False, seconds=seconds)

    def screenshot(self, name: str) -> None:
        """Keep a picture of the page as `var/screenshots/NAME.png`."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self._call("screenshot", str(SCREENSHOTS / f"{name}.png"))

    def _until(self, hertz: int, *, above: bool, seconds: float) -> float:
        options = json.dumps({"above": above, "level": HEARD_ABOVE, "seconds": seconds})
        took = self.evaluate(f"ear.until({hertz}, {options})")
        assert took is not None, f"{hertz} Hz is {'not heard' if above else 'still heard'} after {seconds} s"
        return float(took)

    def _call(self, call: str, *arguments: object) -> Any:
        assert self._bridge.stdin is not None
        assert self._bridge.stdout is not None
        self._calls += 1
        request = {"id": self._calls, "call": call, "arguments": arguments}
        print(json.dumps(request), file=self._bridge.stdin, flush=True)
        answer = json.loads(self._bridge.stdout.readline() or '{"error": "Firefox has ended"}')
        if "error" in answer:
            raise BrowserError(answer["error"])
        return answer["value"]


def end(process: subprocess.Popen[Any]) -> None:
    """Wait for a process that was told to end, and kill it when it takes too long."""
    try:
        process.wait(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def firefox() -> str:
    """Return the path of the Firefox that FIREFOX names, else of the system's. Raises LookupError."""
    programs = [os.environ["FIREFOX"]] if "FIREFOX" in os.environ else PROGRAMS
    for path in map(shutil.which, programs):
        if path and not Path(path).resolve().is_relative_to("/snap"):
            return path
    raise LookupError("no Firefox: set FIREFOX to the path of one")
