"""A real gateway and clients that are always closed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from spaces.gateway.admin import AdminClient
from spaces.gateway.client import GatewayClient
from spaces.gateway.endpoint import Endpoint
from spaces.gateway.notices import Notice
from tests.support.janus import Gateway, running_gateway

HELD_UP = 1.5
"""Seconds, half a request's deadline. A loop that itself waits for a hung gateway stands still for all of it."""
TWO_DEADLINES = 6.0
"""Seconds. Requests that wait for each other take at least this long."""


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    with running_gateway(tmp_path / "gateway") as running:
        yield running


class Notices(list[Notice]):
    """What a client reported, and how to wait for it."""

    async def wait_for(self, kind: type, *, timeout: float = 10) -> Notice:
        async with asyncio.timeout(timeout):
            while True:
                for notice in self:
                    if isinstance(notice.subject, kind):
                        return notice
                await asyncio.sleep(0.01)


@pytest.fixture
def notices() -> Notices:
    return Notices()


Connect = Callable[[Endpoint], Awaitable[GatewayClient]]


@pytest_asyncio.fixture
async def connect(notices: Notices) -> AsyncIterator[Connect]:
    """Connected clients; what they report is in `notices`."""
    clients: list[GatewayClient] = []

    async def connected(endpoint: Endpoint) -> GatewayClient:
        client = GatewayClient(endpoint, on_notice=notices.append)
        clients.append(client)
        await client.start()
        await client.wait_ready(timeout=5)
        return client

    yield connected
    for client in clients:
        await client.close()


@pytest_asyncio.fixture
async def client(gateway: Gateway, connect: Connect) -> GatewayClient:
    return await connect(gateway.endpoint())


@pytest_asyncio.fixture
async def admin(gateway: Gateway) -> AsyncIterator[AdminClient]:
    settings = gateway.settings
    async with AdminClient(settings.admin_url, admin_secret=settings.admin_secret) as connected:
        yield connected
