"""`/ws/connection`, opened by the page that tests a connection: for every visitor, briefly, about no Space."""

import asyncio

import pytest
from pytest_django import Settings

from spaces import events
from spaces.audio.ice import IceServer
from spaces.doors.signalling import consumers
from tests.signalling.tab import tab

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True), pytest.mark.redis]

PATH = "/ws/connection"


async def test_a_visitor_without_an_account_hears_the_time_and_of_the_relay(settings: Settings) -> None:
    settings.TURN_URLS, settings.TURN_SECRET = ["turn:spaces.example:3478"], "shared"
    async with tab(PATH) as page:
        assert (await page.ask("ping"))["data"]["now"]
        (server,) = (await page.ask("audio.servers"))["data"]["ice_servers"]
        assert IceServer(**server).urls == ["turn:spaces.example:3478"]


async def test_it_needs_no_public_listening(settings: Settings) -> None:
    settings.SPACES_PUBLIC_LISTENING = False
    async with tab(PATH) as page:
        assert await page.code("ping") == "ok"


@pytest.mark.parametrize("command", ["join", "people", "mute", "audio.speak"])
async def test_it_does_nothing_else(command: str) -> None:
    async with tab(PATH) as page:
        assert await page.code(command) == "unknown_type"


async def test_it_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "TEST_LASTS_SECONDS", 0.2)
    async with tab(PATH) as page:
        assert await page.closed() == events.CLOSE_SILENT.code


async def test_an_address_opens_so_many(settings: Settings) -> None:
    settings.SPACES_PUBLIC_CONNECTIONS = 1
    async with tab(PATH) as first:
        assert await first.code("ping") == "ok"  # a socket is open a moment before its place is taken
        async with tab(PATH) as second:
            assert await second.closed() == events.CLOSE_CROWDED.code
    await asyncio.sleep(0)
    async with tab(PATH) as third:
        assert await third.code("ping") == "ok"
