"""Networks that fail without a word: the other side hears nothing, and no connection is closed."""

import contextlib
import json
import os
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.faults.client import Client, Closed
from tests.faults.house import (
    BACK_WITHIN,
    House,
    LiveSpace,
    beside,
    browser_of,
    everyone_hears,
    live_space,
    nobody_hears,
    prepare,
    wait_for,
)
from tests.faults.wire import Island, Wire
from tests.support.browser import Browsers
from tests.support.ports import free_port
from tests.support.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]

HERE_HZ, THERE_HZ = 880, 440
SHORT = 5.0
PRESENCE_GONE_WITHIN = 30.0
AUDIO_PARKED = 30.0
LEASE, RENEWED_EVERY, BEAT = 25, 5, 5
GRACE = 25
"""Longer than a page that is back in the net needs to notice, also on a busy machine."""
SLACK = 20
MISSED_WITHIN = LEASE + RENEWED_EVERY + BEAT + SLACK
ENDED_WITHIN = GRACE + 2 * BEAT + SLACK
SETTLED_AFTER = 2.0
WAITING, STANDS_IN = "The host is reconnecting", "runs the Space until"
NEWS = {"space.changed", "stage.changed", "space.ended", "resync"}


@pytest.fixture(scope="module")
def island() -> Iterator[Island]:
    if os.geteuid() != 0:
        pytest.skip("a network namespace is made by root")
    with Island() as island:
        yield island


@pytest.fixture(scope="module")
def house(island: Island, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Its gateway is at the island's end of the bridge, and it waits for hosts for seconds instead of a minute."""
    redis_port = free_port()
    environment = {
        "REDIS_PORT": str(redis_port),
        "GATEWAY_ICE_ADDRESS": island.HERE,
        "SPACES_HOST_GRACE_SECONDS": str(GRACE),
    }
    with Stack(tmp_path_factory.mktemp("bridge"), environment=environment) as stack:
        yield House(stack, redis_port)


@pytest.fixture(scope="module")
def here(house: House, browsers: Browsers) -> Iterator[Page]:
    """Alan, on this machine."""
    page = prepare(browsers.open(house.stack.url, "alan", tone=HERE_HZ))
    yield page
    browser_of(page).close()


@pytest.fixture(scope="module")
def there(house: House, island: Island, browsers: Browsers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Ada, on the island."""
    port = house.stack.port
    program = str(island.chromium(browsers.program, tmp_path_factory.mktemp("island")))
    with Wire(port, host=island.HERE, port=port):
        page = prepare(browsers.open(f"http://localhost:{port}", "ada", tone=THERE_HZ, program=program))
        yield page
        browser_of(page).close()


@pytest.fixture(autouse=True)
def _plugged_in(island: Island) -> Iterator[None]:
    yield
    island.plug()


@pytest.mark.fault("B1")
def test_a_host_who_is_offline_for_a_moment_is_not_missed(
    house: House, island: Island, here: Page, there: Page
) -> None:
    here.goto("/")
    with live_space(house, there, title="A short tunnel") as live, live.client("joan") as joan:
        live.enter(here, hears=THERE_HZ)
        joan.ask("join")
        joan.listen(seconds=SETTLED_AFTER)

        island.unplug()
        nobody_hears({here: {THERE_HZ}}, within=SHORT)
        time.sleep(SHORT)
        island.plug()
        everyone_hears({here: {THERE_HZ}}, within=BACK_WITHIN)

        assert not {event["type"] for event in joan.listen(seconds=BEAT)} & NEWS
        assert live.roles() == {"ada": ("host", False)}


@pytest.mark.fault("B8")
def test_a_half_open_peer_is_gone_in_half_a_minute(house: House, island: Island, here: Page, there: Page) -> None:
    host, listener = beside(here, "ada", house.stack.url), beside(there, "alan", there.url.rstrip("/"))
    with live_space(house, host, title="A silent listener") as live:
        live.enter(listener, hears=HERE_HZ)
        wait_for(lambda: audience(live) == 1, within=BACK_WITHIN, what="alan counts")
        wait_for(lambda: len(house.audio_handles()) == 2, within=BACK_WITHIN, what="one connection for each")

        island.unplug()
        wait_for(lambda: audience(live) == 0, within=PRESENCE_GONE_WITHIN, what="alan does not count")
        wait_for(lambda: len(house.audio_handles()) == 1, within=AUDIO_PARKED, what="his audio is given up")
    host.context.close()
    listener.context.close()


@pytest.mark.fault("B2")
@pytest.mark.fault("B3")
def test_a_host_who_is_away_for_long_is_stood_in_for_and_without_anybody_it_ends(
    house: House, island: Island, here: Page, there: Page
) -> None:
    here.goto("/")
    with live_space(house, there, title="A long tunnel") as live, live.client("grace") as grace:
        live.enter(here, hears=THERE_HZ)
        become_cohost(live, grace)
        waiting = here.get_by_text(WAITING)

        island.unplug()
        wait_for(lambda: sees(here, WAITING, grace), within=MISSED_WITHIN, what="the room says that the host is away")
        wait_for(lambda: sees(here, STANDS_IN, grace), within=ENDED_WITHIN, what="the co-host is in charge")
        assert live.truth()["space"]["acting_host"]["username"] == "grace"
        island.plug()
        wait_for(lambda: not sees(here, STANDS_IN, grace), within=BACK_WITHIN, what="the host has it back")
        everyone_hears({here: {THERE_HZ}}, within=BACK_WITHIN)
        assert live.roles() == {"ada": ("host", False), "grace": ("cohost", True)}
        assert absence_in_log(live) == ["host_lost", "acting_host", "host_back"]
        with contextlib.suppress(Closed):  # sooner than its reply
            grace.ask("leave")

        island.unplug()
        expect(waiting).to_be_visible(timeout=MISSED_WITHIN * 1000)
        expect(here.get_by_role("heading", name="The Space has ended")).to_be_visible(timeout=ENDED_WITHIN * 1000)
        expect(here.get_by_text("The host lost the connection and did not come back.").first).to_be_visible()
        assert exported(live)[0]["end_reason"] == "host_gone"


def become_cohost(live: LiveSpace, client: Client) -> None:
    """Asked by the host from elsewhere, without entering there."""
    you = client.ask("join")["you"]
    with live.client("ada") as host:
        host.ask("cohost.invite", user_id=you["id"])
    client.ask("cohost.accept")


def sees(page: Page, text: str, client: Client) -> bool:
    """Return whether the page shows the text. The client has no heartbeat of its own, so it pings meanwhile."""
    client.ask("ping")
    return page.get_by_text(text).is_visible()


def absence_in_log(live: LiveSpace) -> list[str]:
    kinds = [line.get("kind", "") for line in exported(live)]
    return [kind for kind in kinds if kind in ("host_lost", "acting_host", "host_back")]


def exported(live: LiveSpace) -> list[dict[str, Any]]:
    """Return what an operator may read of the Space, also when it is over; the Space itself first."""
    return [json.loads(line) for line in live.stack.manage("export_space", live.id).splitlines()]


def audience(live: LiveSpace) -> int:
    return int(live.truth()["audience"]["count"])
