"""People in tests: a real Chromium for each, with a tone for a voice and an ear that tells tones apart.

    with Browsers(tmp_path) as browsers:
        ada = browsers.open(stack.url, "ada", tone=440)
        grace = browsers.open(stack.url, "grace")
        assert heard_tones(grace, [440, 880], seconds=1) == {440}

The room's audio is measured where it is played, at `#room-audio`. `python -m tests.support.browser` prints which
Chromium that is, and fails where there is none.
"""

import array
import math
import os
import shutil
import sys
import time
import wave
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self

from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Playwright,
    ViewportSize,
    expect,
    sync_playwright,
)

from .processes import REPOSITORY

SCREENSHOTS: Final = REPOSITORY / "var/screenshots"
PROGRAMS: Final = ("chromium", "google-chrome", "google-chrome-stable", "chrome")
PASSWORD: Final = "spaces-demo"
PHONE: Final = {"width": 390, "height": 844}
DESK: Final = {"width": 1280, "height": 900}
HEARD_ABOVE: Final = -50.0
"""dB of full scale. The voices below play at -20; what the codec adds at their overtones stays under -60."""
HEARD_WITHIN: Final = 30.0

FLAGS: Final = (
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection",
)
# What has no bound of its own may take its time on a busy machine.
expect.set_options(timeout=15_000)
# The room's own switch for music: voice processing takes a steady tone for noise and removes it.
ORIGINAL_SOUND: Final = """localStorage.setItem("spaces:microphone", JSON.stringify(
    { echoCancellation: false, noiseSuppression: false, autoGainControl: false }))"""


class Browsers:
    """Opens one browser process for each person (a microphone's sound is chosen per process) and closes them all."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._browsers: list[Browser] = []

    def __enter__(self) -> Self:
        self._manager = sync_playwright()
        self._playwright = self._manager.__enter__()
        self.program = chromium(self._playwright)
        return self

    def __exit__(self, *error: object) -> None:
        for browser in self._browsers:
            browser.close()
        self._manager.__exit__(*error)

    def open(
        self,
        url: str,
        username: str | None = None,
        *,
        tone: int = 220,
        amplitude: float = 0.3,
        voice: Path | None = None,
        loops: bool = False,
        viewport: dict[str, int] = PHONE,
        program: str | None = None,
        keeps_pages: bool = False,
    ) -> Page:
        """A page at the home of the product, logged in as `username`, whose microphone plays `tone` (Hz) over and
        over, or the WAV file `voice` once, or with `loops` over and over.

        `program` is another Chromium than the usual one. With `keeps_pages` its cache for "Back" is on, as people
        have it.
        """
        looped = write_tone(self._directory / f"{tone}.wav", hertz=tone, amplitude=amplitude)
        sound = str(voice or looped) if loops or not voice else f"{voice}%noloop"
        browser = self._launch(sound, program or self.program, keeps_pages=keeps_pages)
        return _page_of(browser, url, username, viewport)

    def bare(self) -> Browser:
        """Return a browser without a page, for contexts of the caller's own."""
        return self._launch(str(write_tone(self._directory / "220.wav", hertz=220, amplitude=0.3)), self.program)

    @contextmanager
    def with_profile(self, directory: Path, url: str, username: str) -> Iterator[BrowserContext]:
        """A browser with a profile on disk, as an installed app needs, whose one page is logged in as `username`."""
        context = self._playwright.chromium.launch_persistent_context(
            directory / "profile",
            executable_path=self.program,
            args=list(FLAGS),
            chromium_sandbox=os.geteuid() != 0,
            headless=True,
            base_url=url,
            viewport=ViewportSize(width=PHONE["width"], height=PHONE["height"]),
        )
        try:
            _prepare(context)
            page = context.pages[0]
            page.goto("/")
            log_in(page, username)
            yield context
        finally:
            context.close()

    def _launch(self, voice: str, program: str, *, keeps_pages: bool = False) -> Browser:
        flags = [*FLAGS, f"--use-file-for-fake-audio-capture={voice}"]
        sandbox = os.geteuid() != 0  # Chromium's refuses to work for root
        browser = self._playwright.chromium.launch(
            executable_path=program,
            args=flags,
            ignore_default_args=["--disable-back-forward-cache"] if keeps_pages else None,
            chromium_sandbox=sandbox,
            headless=True,
        )
        self._browsers.append(browser)
        return browser


def log_in(page: Page, username: str, password: str = PASSWORD) -> None:
    """Log in by the form, as a person does."""
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(username)
    page.locator("input[name=password]").fill(password)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.wait_for_url(lambda address: "/accounts/login/" not in address)


def heard_tones(page: Page, tones: Iterable[int], *, seconds: float = 1.0) -> set[int]:
    """Return which of the tones (Hz) the page plays most of the time during these seconds."""
    asked = list(tones)
    medians = page.evaluate("([tones, seconds]) => ear.medians(tones, seconds)", [asked, seconds])
    return {tone for tone, level in zip(asked, medians, strict=True) if level is not None and level > HEARD_ABOVE}


def hears_just(page: Page, expected: set[int], *, of: Iterable[int], seconds: float = 1.0) -> bool:
    """The page plays the expected ones of the tones (Hz), and never, from now until it does, another one of them.

    What should be heard may drop out on a busy machine; what should not has no such excuse.
    """
    asked, deadline = list(of), time.monotonic() + HEARD_WITHIN
    while (heard := heard_tones(page, asked, seconds=seconds)) != expected:
        assert heard < expected, f"{heard - expected} Hz is heard"
        assert time.monotonic() < deadline, f"{expected - heard} Hz is not heard in {HEARD_WITHIN} s"
    return True


def wait_until_heard(page: Page, tone: int, *, seconds: float) -> float:
    """Seconds it took until the tone played. Fails when it takes longer than `seconds`."""
    return _wait(page, tone, above=True, seconds=seconds)


def wait_until_silent(page: Page, tone: int, *, seconds: float) -> float:
    """Seconds it took until the tone was gone. Fails when it takes longer than `seconds`."""
    return _wait(page, tone, above=False, seconds=seconds)


def packets_received(page: Page) -> int:
    """RTP packets that arrived at the page's open connections."""
    return int(page.evaluate("() => ear.packetsReceived()"))


def negotiations(page: Page) -> int:
    """Return how often the page has agreed with the gateway on audio since it was loaded."""
    return int(page.evaluate("() => ear.negotiations"))


def beside(page: Page, url: str, username: str | None = None, *, viewport: dict[str, int] = PHONE) -> Page:
    """Log in another user in the same browser and with the same voice: starting another browser costs seconds."""
    browser = page.context.browser
    assert browser is not None
    return _page_of(browser, url, username, viewport)


def _page_of(browser: Browser, url: str, username: str | None, viewport: dict[str, int]) -> Page:
    context = browser.new_context(base_url=url, viewport={"width": viewport["width"], "height": viewport["height"]})
    _prepare(context)
    page = context.new_page()
    page.goto("/")
    if username is not None:
        log_in(page, username)
    return page


def _prepare(context: BrowserContext) -> None:
    """Give every page of the context its ear and its voice."""
    context.add_init_script(path=REPOSITORY / "tests/support/ear.js")
    context.add_init_script(ORIGINAL_SOUND)


def screenshot(page: Page, name: str) -> Path:
    """Kept as `var/screenshots/NAME.png`."""
    path = SCREENSHOTS / f"{name}.png"
    page.screenshot(path=path)
    return path


def write_tone(path: Path, *, hertz: int, amplitude: float = 0.3, seconds: int = 10, rate: int = 48_000) -> Path:
    """A mono 16-bit WAV of a sine, whole periods of it: Chromium plays it in a loop. Full scale is 1."""
    samples = (round(amplitude * 32767 * math.sin(2 * math.pi * hertz * n / rate)) for n in range(seconds * rate))
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(array.array("h", samples).tobytes())
    return path


def chromium(playwright: Playwright) -> str:
    """The one that `CHROMIUM` names, else the system's, else the one that Playwright installed.

    Ubuntu's `chromium-browser` is not among them: a snap, which may not read our sound files. Raises LookupError.
    """
    programs = [os.environ["CHROMIUM"]] if "CHROMIUM" in os.environ else PROGRAMS
    for path in [*map(shutil.which, programs), playwright.chromium.executable_path]:
        if path and Path(path).exists() and not path.startswith("/snap/"):
            return path
    raise LookupError("no Chromium: set CHROMIUM to the path of one")


def _wait(page: Page, tone: int, *, above: bool, seconds: float) -> float:
    options = {"above": above, "level": HEARD_ABOVE, "seconds": seconds}
    took = page.evaluate("([tone, options]) => ear.until(tone, options)", [tone, options])
    assert took is not None, f"{tone} Hz is {'not heard' if above else 'still heard'} after {seconds} s"
    return float(took)


if __name__ == "__main__":
    with sync_playwright() as running:
        try:
            print(chromium(running))
        except LookupError as error:
            sys.exit(str(error))
