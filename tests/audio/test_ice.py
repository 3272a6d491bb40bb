"""The relay for browsers whose network blocks UDP: the credentials, and a real coturn that obeys its deny list."""

import asyncio
import base64
import hashlib
import hmac
import shutil
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aioice.stun import TransactionFailed
from aioice.turn import create_turn_endpoint
from pytest_django import Settings

from spaces.audio import ice
from spaces.audio.ice import LIFETIME_SECONDS, IceServer, ice_servers
from spaces.gateway.addresses import own_address
from spaces.gateway.coturn import TurnSettings, write_turn_configuration
from tests.support.ports import free_port, listens
from tests.support.processes import Child

ELSEWHERE = "192.0.2.77"
STARTS_WITHIN = 10.0
HEARD_WITHIN = 3.0


def turn(**overrides: Any) -> TurnSettings:
    known: dict[str, Any] = {
        "secret": "shared",
        "realm": "spaces.example",
        "address": own_address(),
        "peers": (own_address(),),
        "relay_ports": (40001, 40100),
    }
    return TurnSettings(**(known | overrides))


def credentials(settings: Settings, *, port: int) -> IceServer:
    settings.TURN_URLS, settings.TURN_SECRET = [f"turn:{own_address()}:{port}?transport=udp"], "shared"
    (server,) = ice_servers()
    return server


def test_a_site_without_turn_offers_no_servers(settings: Settings) -> None:
    settings.TURN_URLS = []
    assert ice_servers() == []


def test_credentials_end_after_an_hour_and_are_of_one_connection(settings: Settings) -> None:
    first, second = credentials(settings, port=3478), credentials(settings, port=3478)
    until, _, name = first.username.partition(":")
    assert 0 <= LIFETIME_SECONDS + time.time() - int(until) <= 60
    assert name
    assert first.username != second.username
    expected = hmac.new(b"shared", first.username.encode(), hashlib.sha1).digest()
    assert first.credential == base64.b64encode(expected).decode()


@pytest.mark.asvs("17.1.1")
def test_every_peer_is_denied_but_the_gateway(tmp_path: Path) -> None:
    path = write_turn_configuration(tmp_path, turn(peers=("198.51.100.4", "203.0.113.9")))
    lines = path.read_text().splitlines()
    assert [line for line in lines if "peer-ip" in line] == [
        "denied-peer-ip=0.0.0.0-255.255.255.255",
        "denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "allowed-peer-ip=198.51.100.4",
        "allowed-peer-ip=203.0.113.9",
    ]
    assert {"no-cli", "no-tcp-relay", "no-multicast-peers", "use-auth-secret"} <= set(lines)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_secret_is_not_in_the_repr() -> None:
    assert "shared" not in repr(turn())


class Echo(asyncio.DatagramProtocol):
    """Sends back what it gets, as a gateway would answer."""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, address: Any) -> None:
        self.transport.sendto(data, address)


class Heard(asyncio.DatagramProtocol):
    """Keeps the first packet, or the reason why none could be sent."""

    def __init__(self) -> None:
        self.first: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, address: Any) -> None:
        if not self.first.done():
            self.first.set_result(data)

    def error_received(self, exc: Exception) -> None:
        if not self.first.done():
            self.first.set_exception(exc)


@pytest.fixture
def coturn(tmp_path: Path) -> Iterator[int]:
    """A coturn that relays to this machine's own address only. The value is its port."""
    if shutil.which("turnserver") is None:
        pytest.skip("coturn is not installed: deploy/setup test")
    port = free_port()
    path = write_turn_configuration(tmp_path / "turn", turn(port=port))
    child = Child(["turnserver", "-c", str(path)], log=tmp_path / "turn.log", env={})
    child.wait_until(lambda: listens(port, host=own_address()), seconds=STARTS_WITHIN)
    yield port
    child.stop()


async def reaches(server: IceServer, port: int, *, peer: str) -> bool:
    """Return whether a packet comes back from a peer through the relay. Raise TransactionFailed where it is refused."""
    loop = asyncio.get_running_loop()
    echo, _ = await loop.create_datagram_endpoint(Echo, local_addr=(own_address(), 0))
    transport, heard = await create_turn_endpoint(
        Heard, server_addr=(own_address(), port), username=server.username, password=server.credential
    )
    try:
        transport.sendto(b"hello", (peer, echo.get_extra_info("sockname")[1]))
        return await asyncio.wait_for(heard.first, HEARD_WITHIN) == b"hello"
    finally:
        echo.close()
        transport.close()


@pytest.mark.gateway
@pytest.mark.asyncio
async def test_the_relay_reaches_the_gateway_and_nothing_else(coturn: int, settings: Settings) -> None:
    server = credentials(settings, port=coturn)
    assert await reaches(server, coturn, peer=own_address())
    for other in (ELSEWHERE, "127.0.0.1", "10.0.0.1", "169.254.169.254"):
        with pytest.raises(TransactionFailed):
            await reaches(credentials(settings, port=coturn), coturn, peer=other)


@pytest.mark.gateway
@pytest.mark.asyncio
async def test_a_credential_of_yesterday_is_refused(
    coturn: int, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ice, "LIFETIME_SECONDS", -60)
    with pytest.raises(TransactionFailed):
        await reaches(credentials(settings, port=coturn), coturn, peer=own_address())
