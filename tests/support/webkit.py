"""A page of WebKitGTK in tests, which has the engine of Safari, driven over WebDriver as Debian packages both.

    with WebKit(stack.url) as grace:
        grace.log_in("grace")
        grace.press("Play")
        grace.hears(440)

It needs a display and plays through GStreamer, so each has an Xvfb and a sound server of its own. What it plays is
measured there: WebKit has no `captureStream`. Debian builds it without WebRTC.
"""

import base64
import json
import os
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, Self

from .browser import HEARD_ABOVE, PASSWORD, PHONE, SCREENSHOTS
from .firefox import PATIENCE, BrowserError
from .ports import free_port, listens
from .processes import Child
from .sound_server import SoundServer

DRIVER: Final = "/usr/bin/WebKitWebDriver"
BROWSER: Final = "webkit2gtk-4.1/MiniBrowser"
_ELEMENT: Final = "element-6066-11e4-a52e-4f735466cecf"
_ANSWERS_WITHIN: Final = 60.0
_LOOKS_EVERY: Final = 0.1
_STARTS_WITHIN: Final = 30.0
_BY_NAME: Final = """
const [selector, name] = arguments;
const says = (control) => (control.getAttribute("aria-label") ?? control.innerText).trim() === name;
return [...document.querySelectorAll(selector)].find((control) => control.checkVisibility() && says(control)) ?? null;
"""
_SELECTORS: Final = {"button": "button, [role=button]", "link": "a[href]"}
# The errors of scripts from now on, and the element that played last.
_WATCH: Final = """
window.scriptErrors = [];
addEventListener("error", ({ message, filename, lineno }) => scriptErrors.push(`${message} ${filename}:${lineno}`));
addEventListener("unhandledrejection", ({ reason }) => scriptErrors.push(String(reason?.stack ?? reason)));
const play = HTMLMediaElement.prototype.play;
HTMLMediaElement.prototype.play = function () { window.lastAudio = this; return play.call(this); };
"""


class Key:
    """Keys without a letter, as WebDriver writes them."""

    LEFT: Final = "\ue012"
    RIGHT: Final = "\ue014"


class WebKit:
    """One browser with one page. Starts on entering, ends on leaving.

    Args:
        url: the product's origin; paths given to `goto` are below it.
        viewport: width and height of the window, of which its bar takes some.
    """

    def __init__(self, url: str, *, viewport: dict[str, int] = PHONE) -> None:
        self._url = url
        self._viewport = viewport

    def __enter__(self) -> Self:
        with ExitStack() as opened:
            self._sound = opened.enter_context(SoundServer())
            directory = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="webkit-")))
            display = _start_display(directory, opened)
            driver = _start_driver(directory, display, self._sound.address, opened)
            self._session = driver + "/session"
            capabilities = {"webkitgtk:browserOptions": {"binary": webkit(), "args": ["--automation"]}}
            session = self._call("", {"capabilities": {"alwaysMatch": capabilities}})["sessionId"]
            self._session += f"/{session}"
            opened.callback(self._call, "", method="DELETE")
            self._call("/window/rect", self._viewport)
            self._opened = opened.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._opened.close()

    def goto(self, path: str) -> None:
        """Open a path of the product."""
        self._call("/url", {"url": self._url + path})
        self._run(_WATCH)

    def log_in(self, username: str, password: str = PASSWORD) -> None:
        """Log in by the form, as a person does."""
        self.goto("/accounts/login/")
        self.type("input[name=login]", username)
        self.type("input[name=password]", password)
        self.press("Log in")
        self.wait_for('!location.pathname.startsWith("/accounts/login") && document.readyState === "complete"')
        self._run(_WATCH)

    def press(self, name: str, *, role: str = "button", seconds: float = PATIENCE) -> None:
        """Click the control of this accessible name. Raises BrowserError if it is not there in time."""
        self._click(self._named(name, role, seconds))

    def sees(self, name: str, *, role: str = "button", seconds: float = PATIENCE) -> None:
        """Wait for the control of this accessible name. Raises BrowserError if it is not there in time."""
        self._named(name, role, seconds)

    def click(self, selector: str) -> None:
        """Click what a CSS selector names. Raises BrowserError if it is not there in time."""
        self._click(self._found(selector))

    def click_at(self, selector: str, share: float) -> None:
        """Click into what a CSS selector names, this share of its width from its left edge."""
        element = self._found(selector)
        width: float = self._run("return arguments[0].getBoundingClientRect().width", element)
        place = {"x": round((share - 0.5) * width), "y": 0, "origin": element}
        moves = [
            {"type": "pointerMove", "duration": 0, **place},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        self._act({"type": "pointer", "id": "mouse", "actions": moves})

    def type(self, selector: str, text: str) -> None:
        """Type into the field that a CSS selector names."""
        self._call(f"/element/{self._found(selector)[_ELEMENT]}/value", {"text": text})

    def strike(self, key: str) -> None:
        """Press and release a key, a letter or one of WebDriver's private characters, where the focus is."""
        self._act(
            {"type": "key", "id": "keys", "actions": [{"type": kind, "value": key} for kind in ("keyDown", "keyUp")]}
        )

    def choose(self, selector: str, value: str) -> None:
        """Choose an option of a `<select>`, as a person does."""
        self.click(f'{selector} option[value="{value}"]')

    def wait_for(self, expression: str, *, seconds: float = PATIENCE) -> None:
        """Wait until a JavaScript expression is true. Raises BrowserError if it is not in time."""
        self._until(lambda: self.evaluate(f"Boolean({expression})"), expression, seconds)

    def reads(self, text: str, *, seconds: float = PATIENCE) -> None:
        """Wait until the page shows a text. Raises BrowserError if it does not in time."""
        self.wait_for(f"document.body.innerText.includes({json.dumps(text)})", seconds=seconds)

    def evaluate(self, expression: str) -> Any:
        """Return the value of a JavaScript expression, a promise's too, as JSON has it."""
        return self._run(f"return ({expression})")

    @property
    def script_errors(self) -> list[str]:
        """What scripts of the page have thrown since it was loaded."""
        errors: list[str] = self.evaluate("window.scriptErrors")
        return errors

    def hears(self, hertz: int, *, seconds: float = PATIENCE) -> None:
        """Wait until the browser plays a tone. Raises BrowserError if it does not in time."""
        self._until(lambda: self.level(hertz) > HEARD_ABOVE, f"{hertz} Hz is heard", seconds)

    def hears_voices(self, *, seconds: float = PATIENCE) -> None:
        """Wait until the browser plays anything. Raises BrowserError if it does not in time."""
        self._until(lambda: self._sound.loudness() > HEARD_ABOVE, "a voice is heard", seconds)

    def falls_silent(self, hertz: int, *, seconds: float = PATIENCE) -> None:
        """Wait until the browser plays a tone no more. Raises BrowserError if it still does then."""
        self._until(lambda: self.level(hertz) < HEARD_ABOVE, f"{hertz} Hz is gone", seconds)

    def level(self, hertz: int) -> float:
        """Return how loud a tone is now where the browser plays, in dB of full scale."""
        return self._sound.level(hertz)

    def screenshot(self, name: str) -> None:
        """Keep a picture of the page as `var/screenshots/NAME.png`."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        (SCREENSHOTS / f"{name}.png").write_bytes(base64.b64decode(self._call("/screenshot", method="GET")))

    def _named(self, name: str, role: str, seconds: float) -> Any:
        return self._until(lambda: self._run(_BY_NAME, _SELECTORS[role], name), f"{role} {name}", seconds)

    def _found(self, selector: str) -> Any:
        return self._until(
            lambda: self._run("return document.querySelector(arguments[0])", selector), selector, PATIENCE
        )

    def _click(self, element: Any) -> None:
        self._call(f"/element/{element[_ELEMENT]}/click", {})

    def _act(self, actions: dict[str, Any]) -> None:
        self._call("/actions", {"actions": [actions]})

    def _run(self, script: str, *arguments: Any) -> Any:
        return self._call("/execute/sync", {"script": script, "args": arguments})

    def _until(self, look: Callable[[], Any], what: str, seconds: float) -> Any:
        deadline = time.monotonic() + seconds
        while not (found := look()):
            if time.monotonic() > deadline:
                raise BrowserError(f"not in {seconds} s: {what}")
            time.sleep(_LOOKS_EVERY)
        return found

    def _call(self, path: str, body: Any = None, *, method: str = "POST") -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self._session + path, data, headers, method=method)
        try:
            with _opener.open(request, timeout=_ANSWERS_WITHIN) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise BrowserError(f"{path} {str(body)[:200]}: {error.read().decode()}") from None


def _start_display(directory: Path, opened: ExitStack) -> str:
    log = directory / "display.log"
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"]
    display = Child(command, log=log)
    opened.callback(display.stop)
    display.wait_until(lambda: _display_number(log) is not None, seconds=_STARTS_WITHIN)
    return f":{_display_number(log)}"


def _display_number(log: Path) -> str | None:
    """Return the number that Xvfb has written, among its warnings."""
    return next((line for line in log.read_text().splitlines() if line.isdecimal()), None)


def _start_driver(directory: Path, display: str, sound: str, opened: ExitStack) -> str:
    port = free_port()
    places = {"HOME": str(directory), "XDG_RUNTIME_DIR": str(directory)}
    environment = {"DISPLAY": display, "PULSE_SERVER": sound, "NO_AT_BRIDGE": "1", **places}
    driver = Child([DRIVER, f"--port={port}"], log=directory / "driver.log", env=environment)
    opened.callback(driver.stop)
    driver.wait_until(lambda: listens(port), seconds=_STARTS_WITHIN)
    return f"http://127.0.0.1:{port}"


_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def webkit() -> str:
    """Return the path of the WebKitGTK that WEBKIT names, else of the system's. Raises LookupError."""
    if named := os.environ.get("WEBKIT"):
        return named
    for path in Path("/usr/lib").glob(f"*/{BROWSER}"):
        return str(path)
    raise LookupError("no WebKitGTK: install webkit2gtk-driver, or set WEBKIT to the path of MiniBrowser")
