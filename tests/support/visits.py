"""First visits: what a browser with an empty cache asks for and receives, and when it first shows something.

with Browsers(tmp_path) as browsers:
    browser = browsers.bare()
    visit = first_visit(browser, stack.url, "/", state=logged_in(browser, stack.url, "ada"))
    assert visit.requests <= 25
"""

from dataclasses import dataclass
from typing import Any, Final

from playwright.sync_api import Browser, CDPSession, StorageState, ViewportSize

from .browser import PHONE, log_in

SLOW_4G: Final = {
    "offline": False,
    "latency": 150 * 3.75,
    "downloadThroughput": 1_638_400 * 0.9 / 8,
    "uploadThroughput": 750_000 * 0.9 / 8,
}
"""The network that Lighthouse and Chromium's developer tools call slow 4G: milliseconds, bytes a second."""
CPU_SLOWER: Final = 4
PAINTS_WITHIN_MS: Final = 60_000

_FIRST_PAINT = """() => {
  const [paint] = performance.getEntriesByName("first-contentful-paint");
  return paint ? paint.startTime : null;
}"""


@dataclass(frozen=True, slots=True)
class Visit:
    """What one first visit took.

    Attributes:
        requests: requests of the page and of its service worker, and sockets.
        bytes: what the page received over the network, headers and compressed bodies.
        first_paint: milliseconds from the navigation to the first text or picture.
    """

    requests: int
    bytes: int
    first_paint: float


def logged_in(browser: Browser, url: str, username: str) -> StorageState:
    """Log in and return the cookies, for visits that begin with them."""
    context = browser.new_context(base_url=url)
    try:
        page = context.new_page()
        log_in(page, username)
        return context.storage_state()
    finally:
        context.close()


def first_visit(
    browser: Browser, url: str, path: str, *, state: StorageState | None = None, slow: bool = False
) -> Visit:
    """Open one page with an empty cache and wait until it asks for nothing more.

    Args:
        state: the cookies of a log-in; None for a visitor without an account.
        slow: emulate slow 4G and a CPU that is four times slower.
    """
    screen = ViewportSize(width=PHONE["width"], height=PHONE["height"])
    context = browser.new_context(base_url=url, viewport=screen, storage_state=state)
    try:
        asked: list[str] = []
        context.on("request", lambda request: asked.append(request.url))
        page = context.new_page()
        page.on("websocket", lambda socket: asked.append(socket.url))
        devtools = context.new_cdp_session(page)
        received = _counted(devtools)
        if slow:
            devtools.send("Network.emulateNetworkConditions", SLOW_4G)
            devtools.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWER})
        page.goto(path, timeout=PAINTS_WITHIN_MS)
        page.wait_for_load_state("networkidle", timeout=PAINTS_WITHIN_MS)
        page.wait_for_function(_FIRST_PAINT, timeout=PAINTS_WITHIN_MS)
        painted = float(page.evaluate(_FIRST_PAINT))
        return Visit(sum(not address.startswith("data:") for address in asked), sum(received), painted)
    finally:
        context.close()


def _counted(devtools: CDPSession) -> list[int]:
    """Return a list that grows by the bytes of each answer that has arrived in full."""
    received: list[int] = []

    def finished(event: dict[str, Any]) -> None:
        received.append(int(event["encodedDataLength"]))

    devtools.on("Network.loadingFinished", finished)
    devtools.send("Network.enable")
    return received
