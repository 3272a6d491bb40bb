"""Redis dies, or forgets everything."""

import time

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.faults.client import Client
from tests.faults.house import ADA_HZ, GRACE_HZ, LiveSpace, everyone_hears, is_fed, nobody_hears, wait_for
from tests.support import people

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

SILENT_WITHIN = 2.0
MARGIN = 2.0
RESYNCED_WITHIN = 30.0
RESYNCED_WITHIN_MS = RESYNCED_WITHIN * 1000
HEARTBEAT = 5.0
WELL_WITHIN = 30.0


@pytest.fixture
def conversation(live: LiveSpace, grace: Page, alan: Page) -> dict[Page, set[int]]:
    """Ada and grace talk, alan listens."""
    live.enter(grace)
    live.enter(alan)
    live.speaks(grace, "Grace Hopper")
    hearing = {live.ada: {GRACE_HZ}, grace: {ADA_HZ}, alan: {ADA_HZ, GRACE_HZ}}
    everyone_hears(hearing, within=RESYNCED_WITHIN)
    return hearing


@pytest.mark.fault("A4")
@pytest.mark.parametrize("away", [0.1, 5.0])
def test_the_room_goes_on_without_redis(live: LiveSpace, conversation: dict[Page, set[int]], away: float) -> None:
    sockets = {page: sockets_of(page) for page in conversation}

    live.stack.kill("redis")
    people.press(live.ada, "Mute")
    nobody_hears({page: {ADA_HZ} for page, tones in conversation.items() if ADA_HZ in tones}, within=SILENT_WITHIN)
    assert all(is_fed(page) for page in conversation)
    time.sleep(away)
    live.stack.restart("redis")

    for page in conversation:
        expect(muted_tile(page, "You" if page is live.ada else "Ada Lovelace")).to_be_visible(
            timeout=RESYNCED_WITHIN_MS
        )
    assert live.roles() == {"ada": ("host", True), "grace": ("speaker", False)}
    people.unmute(live.ada)
    everyone_hears(conversation, within=RESYNCED_WITHIN)
    wait_for(lambda: audience(live) == 1, within=2 * HEARTBEAT, what="alan counts again")
    assert {page: sockets_of(page) for page in conversation} == sockets
    live.stack.wait_healthy(timeout=WELL_WITHIN)  # the worker takes tasks again


@pytest.mark.fault("A5")
def test_presence_is_rebuilt_after_redis_was_flushed(live: LiveSpace, conversation: dict[Page, set[int]]) -> None:
    before = live.roles()
    with live.client("joan") as joan:
        joan.ask("join")
        wait_for(lambda: audience(live) == 2, within=HEARTBEAT, what="alan and joan count")
        live.house.flush_redis()
        wait_for(lambda: audience(live) == 2, within=HEARTBEAT + MARGIN, what="alan and joan count again")

        assert nobody_left(joan)
    assert live.roles() == before
    assert all(is_fed(page) for page in conversation)


def audience(live: LiveSpace) -> int:
    return int(live.truth()["audience"]["count"])


def muted_tile(page: Page, name: str) -> Locator:
    return page.locator("#room [data-stage] li", has_text="muted").filter(has_text=name)


def sockets_of(page: Page) -> int:
    """Return how many sockets the page has opened so far."""
    return int(page.evaluate("() => forge.sockets.length"))


def nobody_left(client: Client) -> bool:
    """Over two passes of the beat, which is who declares people absent."""
    events = client.listen(seconds=2 * HEARTBEAT)
    return not any(event["type"] in ("stage.changed", "space.changed") for event in events)
