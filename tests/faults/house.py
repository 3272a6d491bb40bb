"""The product with people in it, as the fault tests share it."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Page
from redis import Redis

from spaces.gateway.errors import NoSuchHandle, NoSuchSession
from tests.faults.client import Client, Refused, log_in
from tests.support import people
from tests.support.browser import DESK, heard_tones, packets_received, wait_until_heard, wait_until_silent
from tests.support.browser import beside as beside_page
from tests.support.ports import listens
from tests.support.processes import REPOSITORY
from tests.support.stack import HEALTHY_WITHIN, Part, Stack

HOOKS = REPOSITORY / "tests/faults/hooks.js"

ADA_HZ, GRACE_HZ, ALAN_HZ = 440, 880, 660
BACK_WITHIN = 30.0
"""Seconds until everyone hears again. `benchmarks/recovery.py` measures how long it takes against its goal of 5 s."""
HEARD_WITHIN = 30.0
CLEAN_WITHIN = 40.0
"""The gateway forgets a session of a process that was killed after ten seconds; the beat repairs every ten."""
GONE_FOR = FED_FOR = 0.3
LOOKS = 5
OWN_SESSIONS = 4
"""Sessions that stand without any Space: the supervisor's, the web's and one for each of the worker's two processes."""


@dataclass
class House:
    """A stack, and people's sessions for clients without a page."""

    stack: Stack
    redis_port: int
    _cookies: dict[str, str] = field(default_factory=dict)

    def client(self, username: str, public_id: str) -> Client:
        return Client(self.stack.url, self.cookie(username), public_id)

    def cookie(self, username: str) -> str:
        """The `Cookie` header of a session, made on first use."""
        if username not in self._cookies:
            self._cookies[username] = log_in(self.stack.url, username)
        return self._cookies[username]

    def heal(self) -> None:
        """Starts what a test that failed left dead."""
        part: Part
        for part, port in (("redis", self.redis_port), ("web", self.stack.port)):
            if not listens(port):
                self.stack.restart(part)
        with contextlib.suppress(ValueError):  # between two gateways
            self.stack.cont("gateway")
        self.stack.wait_healthy(timeout=HEALTHY_WITHIN)

    def flush_redis(self) -> None:
        with Redis(port=self.redis_port, password=self.stack.secret("redis_password"), socket_timeout=5) as redis:
            redis.flushall()

    def audio_handles(self) -> list[str]:
        """The opaque ids of every audio connection that the gateway holds: `l-…` of listeners, others of speakers."""
        with ThreadPoolExecutor(1) as thread:
            ids = thread.submit(asyncio.run, self._opaque_ids()).result(timeout=15)
        return sorted(opaque_id for opaque_id in ids if opaque_id != "control")

    def wait_clean(self) -> None:
        """Raise AssertionError if the gateway still holds anything of a Space, or a session without an owner."""
        deadline = time.monotonic() + CLEAN_WITHIN
        while (found := self._leftovers()) and time.monotonic() < deadline:
            time.sleep(0.2)
        assert not found, f"left in the gateway: {found}"

    def _leftovers(self) -> dict[str, Any]:
        census, handles = self.stack.census(), self.audio_handles()
        found = {"handles": handles, "rooms": census.rooms, "mountpoints": census.mountpoints}
        return {kind: left for kind, left in found.items() if left} | (
            {"sessions": census.sessions} if census.sessions > OWN_SESSIONS else {}
        )

    async def _opaque_ids(self) -> list[str]:
        async with self.stack.admin() as admin:
            ids: list[str] = []
            for session in await admin.list_sessions():
                with contextlib.suppress(NoSuchSession):
                    for handle in await admin.list_handles(session_id=session):
                        with contextlib.suppress(NoSuchHandle):  # gone since the list was made
                            info = await admin.handle_info(session_id=session, handle_id=handle)
                            ids.append(info.get("opaque_id", ""))
            return ids


@dataclass
class LiveSpace:
    """Ada's Space while it is live."""

    house: House
    id: str
    title: str
    ada: Page

    @property
    def stack(self) -> Stack:
        return self.house.stack

    def enter(self, page: Page, *, hears: int | None = ADA_HZ) -> None:
        people.enter(page, self.title)
        if hears is not None:
            wait_until_heard(page, hears, seconds=HEARD_WITHIN)

    def speaks(self, page: Page, name: str) -> None:
        """Make a listener a speaker with an open microphone."""
        people.give_microphone(self.ada, page, name)
        people.unmute(page)

    def client(self, username: str) -> Client:
        return self.house.client(username, self.id)

    def seats(self, client: Client, name: str) -> None:
        """Make a user without a page a speaker with a closed microphone."""
        client.ask("join")
        client.ask("request")
        people.approve(self.ada, name)
        client.wait_for("stage.changed", within=HEARD_WITHIN)

    def truth(self) -> dict[str, Any]:
        """Return stage, audience and the Space as the host is told of them now, on a second socket.

        A test that looks very often meets the limit of a person, and asks again a second later.
        """
        with self.client("ada") as reader:
            for _ in range(LOOKS):
                with contextlib.suppress(Refused):
                    return reader.ask("sync")
                time.sleep(1.0)
            return reader.ask("sync")

    def roles(self) -> dict[str, tuple[str, bool]]:
        """`{username: (role, muted)}` of everyone on the stage."""
        return {person["username"]: (person["role"], person["muted"]) for person in self.truth()["stage"]}

    def end(self) -> None:
        """Ends it if it has not ended."""
        with contextlib.suppress(Refused), self.client("ada") as host:
            host.ask("end")


@contextlib.contextmanager
def live_space(house: House, ada: Page, *, title: str) -> Iterator[LiveSpace]:
    """Ada has started it and talks. Afterwards it is ended, and the gateway may hold nothing of it."""
    house.cookie("ada")  # logging in counts attempts in Redis, which may be away by then
    house.cookie("joan")
    space = LiveSpace(house, people.start_space(ada, title), title, ada)
    try:
        people.unmute(ada)
        yield space
    finally:
        house.heal()
        space.end()
    house.wait_clean()


def everyone_hears(hearing: dict[Page, set[int]], *, within: float) -> float:
    """Each page plays its tones at the latest `within` seconds from now. Returns how long it took."""
    started = time.monotonic()
    for page, tones in hearing.items():
        for tone in tones:
            wait_until_heard(page, tone, seconds=max(0.1, started + within - time.monotonic()))
    return time.monotonic() - started


def nobody_hears(hearing: dict[Page, set[int]], *, within: float) -> None:
    """Each of the tones is gone at the latest `within` seconds from now, and not merely for the moment."""
    started = time.monotonic()
    for page, tones in hearing.items():
        for tone in tones:
            wait_until_silent(page, tone, seconds=max(0.1, started + within - time.monotonic()))
        while heard := heard_tones(page, tones, seconds=GONE_FOR):
            assert time.monotonic() < started + within, f"{heard} Hz still heard after {within} s"


def is_fed(page: Page) -> bool:
    """Return whether packets of audio arrive at the page."""
    before = packets_received(page)
    time.sleep(FED_FOR)
    return packets_received(page) > before


def wait_for(condition: Callable[[], Any], *, within: float, what: str) -> float:
    """Seconds until the condition held. Raises AssertionError."""
    started = time.monotonic()
    while not condition():
        assert time.monotonic() < started + within, f"not within {within} s: {what}"
        time.sleep(0.05)
    return time.monotonic() - started


def forge(page: Page, command: str, **fields: object) -> str:
    """Sends a command past the page's own scripts. The code of the refusal, or `done`."""
    return _outcome(page.evaluate("([command, fields]) => forge.ask(command, fields)", [command, fields]))


def forge_call(page: Page, function: str) -> str:
    """One of the functions of hooks.js that end in a reply. The code of the refusal, or `done`."""
    return _outcome(page.evaluate(f"() => forge.{function}()"))


def replay(page: Page, *but: str) -> dict[str, set[str]]:
    """Every message the page has sent to a Space, sent again but for these types: what each type came to."""
    found: dict[str, set[str]] = {}
    for kind, code in page.evaluate("but => forge.replay(but)", list(but)):
        found.setdefault(kind, set()).add(code)
    return found


def replay_elsewhere(page: Page, client: Client, *but: str) -> dict[str, set[str]]:
    """Send the page's messages again on another socket of the same user, as a second tab would."""
    found: dict[str, set[str]] = {}
    for message in page.evaluate("() => forge.sent"):
        if message["type"] not in but:
            fields = {name: value for name, value in message.items() if name not in ("type", "id")}
            found.setdefault(message["type"], set()).add(client.refusal(message["type"], **fields))
    return found


def _outcome(reply: dict[str, Any]) -> str:
    return str(reply["error"]["code"]) if "error" in reply else "done"


def prepare(page: Page) -> Page:
    """A page at home, with the hooks in it."""
    page.context.add_init_script(path=HOOKS)
    page.goto("/")
    return page


def beside(page: Page, username: str, url: str) -> Page:
    """Log in another user at home, in the same browser and with the same voice."""
    return prepare(beside_page(page, url, username, viewport=DESK))


def browser_of(page: Page) -> Browser:
    browser = page.context.browser
    assert browser is not None
    return browser
