"""The queue between the gateway's loop and its listeners, when listeners are slow."""

import asyncio
import threading

import pytest

from spaces.gateway.notices import Disconnected, Notice, NoticesLost
from spaces.gateway.relay import Relay

pytestmark = pytest.mark.asyncio


def notice(number: int) -> Notice:
    return Notice("test", Disconnected(str(number)))


async def test_notices_keep_their_order() -> None:
    heard: list[Notice] = []
    relay = Relay(lambda: (heard.append,))
    for number in range(100):
        relay.put(notice(number))
    await relay.close(timeout=2)
    assert heard == [notice(number) for number in range(100)]


async def test_a_full_queue_drops_and_says_how_much() -> None:
    heard: list[Notice] = []
    may_go_on = threading.Event()

    def slow(one: Notice) -> None:
        may_go_on.wait(5)
        heard.append(one)

    relay = Relay(lambda: (slow,), capacity=2)
    relay.put(notice(0))
    await asyncio.sleep(0.1)  # the thread has taken it and is stuck with it
    for number in range(1, 6):
        relay.put(notice(number))
    may_go_on.set()
    await asyncio.sleep(1)
    relay.put(notice(6))
    await relay.close(timeout=2)
    assert heard == [notice(0), notice(1), notice(2), Notice("test", NoticesLost(3)), notice(6)]


async def test_a_stuck_listener_does_not_hold_up_the_end() -> None:
    may_go_on = threading.Event()

    def stuck(one: Notice) -> None:
        may_go_on.wait(5)

    relay = Relay(lambda: (stuck,))
    relay.put(notice(0))
    async with asyncio.timeout(1):
        await relay.close(timeout=0.2)
    may_go_on.set()
