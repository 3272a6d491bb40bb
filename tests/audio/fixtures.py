"""The product's own gateway: a real one, on the ports and with the secrets of the settings."""

import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import TypeVar

import pytest
import pytest_asyncio
from django.conf import settings

from spaces import audio
from spaces.audio.gateways import pool, room_credentials
from spaces.gateway.admin import AdminClient
from spaces.gateway.audiobridge import MixerParticipant
from spaces.gateway.pool import Call
from spaces.models import Space
from spaces.states import EndReason, SpaceState
from tests.support.janus import Gateway, running_gateway

T = TypeVar("T")
CONTROL_HANDLES = 2
"""One for rooms and one for mountpoints; each process keeps them."""


def ask(call: Call[T]) -> T:
    """Asks the gateway, as the product's own code does."""
    return pool().run("main", call, timeout=5)


def people_in(room: str) -> dict[str, MixerParticipant]:
    found = ask(lambda gateway: gateway.bridge.list_participants(room=room))
    return {participant.id: participant for participant in found}


def rooms() -> set[str]:
    return {room.id for room in ask(lambda gateway: gateway.bridge.list_rooms())}


def mountpoints() -> set[str]:
    return {mountpoint.id for mountpoint in ask(lambda gateway: gateway.streaming.list_mountpoints())}


def forwarders(room: str) -> int:
    secret = room_credentials(room).secret
    return len(ask(lambda gateway: gateway.bridge.list_forwarders(room=room, secret=secret)))


def wait_until(is_so: Callable[[], bool], *, seconds: float = 5) -> float:
    """Wait until the condition holds, and return how many seconds it took."""
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() - began < seconds
        time.sleep(0.01)
    return time.monotonic() - began


@pytest.fixture(scope="session")
def gateway_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    secrets = {
        "api_secret": settings.GATEWAY_API_SECRET,
        "admin_secret": settings.GATEWAY_ADMIN_SECRET,
        "admin_key": settings.GATEWAY_ROOM_KEY,
    }
    ports = {"api_port": settings.GATEWAY_PORT, "admin_port": settings.GATEWAY_ADMIN_PORT}
    with running_gateway(tmp_path_factory.mktemp("gateway"), **secrets, **ports) as running:
        yield running


@pytest.fixture
def gateway(gateway_process: Gateway, transactional_db: None, no_idle_connections: None) -> Iterator[Gateway]:
    """Empty before and after: what a test left in it beyond its Spaces fails the test."""
    audio.switchboard.start()
    assert (rooms(), mountpoints()) == (set(), set())
    yield gateway_process
    assert audio.drain(timeout=10)
    pool().close()  # with the session go the handles of pages that nobody told to go
    Space.objects.filter(state=SpaceState.LIVE).update(state=SpaceState.ENDED, end_reason=EndReason.OPERATOR)
    audio.reconcile()
    assert (rooms(), mountpoints()) == (set(), set())


@pytest_asyncio.fixture
async def admin(gateway: Gateway) -> AsyncIterator[AdminClient]:
    async with AdminClient(settings.GATEWAY_ADMIN_URL, admin_secret=settings.GATEWAY_ADMIN_SECRET) as connected:
        yield connected
