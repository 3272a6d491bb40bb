"""The web process dies, or is fed what no page sends."""

import itertools
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.faults.house import ADA_HZ, BACK_WITHIN, GRACE_HZ, House, LiveSpace, everyone_hears, wait_for
from tests.support.ports import listens
from tests.support.processes import resident_bytes

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

STARTS_WITHIN = 60.0
FORGOTTEN_WITHIN = 30.0
LEASE = 25.0
SWEPT_WITHIN = 20.0
TOO_LARGE = {1009, 1006}
"""The server says 1009 or resets the connection at once, as RFC 6455 §7.1.7 lets it."""
PIECE = "x" * 16_384
MOST_PIECES = 1_000
RSS_GROWTH = 20 << 20


@pytest.mark.fault("A7")
def test_everyone_is_back_after_the_web_process_was_killed(live: LiveSpace, grace: Page, alan: Page) -> None:
    live.enter(grace)
    live.enter(alan)
    live.speaks(grace, "Grace Hopper")
    hearing = {live.ada: {GRACE_HZ}, grace: {ADA_HZ}, alan: {ADA_HZ, GRACE_HZ}}
    everyone_hears(hearing, within=BACK_WITHIN)
    before, roles = live.house.audio_handles(), live.roles()
    with live.client("joan") as joan:
        joan.ask("join")

        live.stack.restart("web")
    wait_for(lambda: listens(live.stack.port), within=STARTS_WITHIN, what="web listens")
    wait_for(lambda: has_new_audio(live.house, before), within=BACK_WITHIN, what="every page has a new connection")
    everyone_hears(hearing, within=BACK_WITHIN)

    wait_for(lambda: len(live.house.audio_handles()) == 3, within=FORGOTTEN_WITHIN, what="the old ones are forgotten")
    everyone_hears(hearing, within=BACK_WITHIN)
    assert live.roles() == roles
    wait_for(lambda: listeners(live) == {"alan"}, within=LEASE + SWEPT_WITHIN, what="joan, who did not return, is gone")


@pytest.mark.fault("C3")
@pytest.mark.parametrize("size", [65_537, 1_500_000])
def test_an_oversize_frame_closes_the_socket(house: House, size: int) -> None:
    assert closed_after(house, iter(["x" * size])) in TOO_LARGE


@pytest.mark.fault("C3")
def test_an_endless_frame_closes_the_socket_and_costs_no_memory(house: House) -> None:
    before = resident_bytes(house.stack.pid("web"))
    for _ in range(5):
        assert closed_after(house, itertools.repeat(PIECE, MOST_PIECES)) in TOO_LARGE
    assert resident_bytes(house.stack.pid("web")) - before < RSS_GROWTH


def closed_after(house: House, pieces: Iterator[str]) -> int:
    """Sends one message in these fragments; the code with which the server closes."""
    url = house.stack.url
    headers = {"Cookie": house.cookie("joan")}
    address = f"{url.replace('http', 'ws', 1)}/ws/home"
    with connect(address, origin=Origin(url), additional_headers=headers, proxy=None, compression=None) as socket:
        with pytest.raises(ConnectionClosed):
            socket.send(pieces)
            while True:
                socket.recv(timeout=5)
        return socket.close_code or 0


def has_new_audio(house: House, before: list[str]) -> bool:
    return len(set(house.audio_handles()) - set(before)) == 3


def listeners(live: LiveSpace) -> set[str]:
    audience = live.truth()["audience"]
    named = {person["username"] for person in audience["listeners"]}
    assert len(named) == audience["count"]
    return named
