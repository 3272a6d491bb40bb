"""A supervised gateway comes back, and goes without a crash."""

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from spaces.gateway.audiobridge import AudioBridge
from spaces.gateway.client import GatewayClient
from spaces.gateway.config import GatewaySettings
from spaces.gateway.credentials import Secured, credentials_of
from spaces.gateway.streaming import Streaming
from spaces.gateway.supervisor import Patience, Supervisor
from tests.support.janus import free_settings

pytestmark = [pytest.mark.gateway, pytest.mark.asyncio]

HASTY = Patience(probe_every=0.2, answers_within=0.3, misses_allowed=3, restarts_after=0.05)


@dataclass
class Supervised:
    """A supervisor at work, and a client of its gateway."""

    supervisor: Supervisor
    settings: GatewaySettings
    client: GatewayClient
    running: asyncio.Task[None]

    @property
    def pid(self) -> int:
        assert self.supervisor.pid is not None
        return self.supervisor.pid

    async def stop(self) -> None:
        self.supervisor.stop()
        await asyncio.wait_for(asyncio.shield(self.running), 10)


@pytest_asyncio.fixture
async def supervised(tmp_path: Path) -> AsyncIterator[Supervised]:
    settings = free_settings()
    supervisor = Supervisor(settings, tmp_path / "gateway", patience=HASTY)
    client = GatewayClient(settings.endpoint("test"))
    running = asyncio.create_task(supervisor.run())
    await client.start()
    await client.wait_ready(timeout=10)
    yield Supervised(supervisor, settings, client, running)
    await client.close()
    supervisor.stop()
    await asyncio.wait_for(running, 15)


@pytest.mark.fault("A1")
async def test_a_killed_gateway_is_started_again(supervised: Supervised) -> None:
    first = supervised.pid
    os.kill(first, signal.SIGKILL)
    await _until(lambda: supervised.supervisor.pid not in {None, first})
    await _until(lambda: supervised.client.ready)
    assert supervised.supervisor.restarts == 1


@pytest.mark.fault("A2")
async def test_a_hung_gateway_is_killed_and_started_again(supervised: Supervised) -> None:
    first = supervised.pid
    await asyncio.sleep(0.5)
    os.kill(first, signal.SIGSTOP)
    await _until(lambda: supervised.supervisor.pid not in {None, first})
    assert not _exists(first)


async def test_a_healthy_gateway_is_left_alone(supervised: Supervised) -> None:
    await asyncio.sleep(1.5)
    assert supervised.supervisor.restarts == 0


async def test_a_stopped_gateway_is_emptied_and_does_not_crash(supervised: Supervised) -> None:
    await _fill(supervised)
    process = supervised.pid
    await supervised.stop()
    assert not _exists(process)
    assert supervised.supervisor.last_status == 0


async def test_a_gateway_that_cannot_be_emptied_is_ended_all_the_same(supervised: Supervised) -> None:
    await Streaming(supervised.client).create_mountpoint(mountpoint="m", secret="unknown", pin="p")
    process = supervised.pid
    await supervised.stop()
    assert not _exists(process)


async def test_a_killed_supervisor_takes_its_gateway_along(tmp_path: Path) -> None:
    script = (
        "import asyncio, pathlib, sys\n"
        "from spaces.gateway.supervisor import supervise\n"
        "from tests.support.janus import free_settings\n"
        "asyncio.run(supervise(free_settings(), pathlib.Path(sys.argv[1])))\n"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", script, str(tmp_path), stdout=DEVNULL)
    await _until(lambda: bool(_gateways_of(process.pid)))
    (gateway,) = _gateways_of(process.pid)
    process.kill()
    await process.wait()
    await _until(lambda: not _exists(gateway))


def _gateways_of(pid: int) -> list[int]:
    """Child processes that have become a gateway."""
    children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return [child for child in children if Path(f"/proc/{child}/comm").read_text().strip() == "janus"]


async def _fill(supervised: Supervised) -> None:
    key = supervised.settings.admin_key
    room, mountpoint = (credentials_of(kind, "x", admin_key=key) for kind in (Secured.ROOM, Secured.MOUNTPOINT))
    bridge, streaming = AudioBridge(supervised.client), Streaming(supervised.client)
    await bridge.create_room(room="x", secret=room.secret, pin=room.pin)
    port = await streaming.create_mountpoint(mountpoint="x", secret=mountpoint.secret, pin=mountpoint.pin)
    await bridge.rtp_forward(room="x", secret=room.secret, port=port, ssrc=1)


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.02)


def _exists(pid: int) -> bool:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False
