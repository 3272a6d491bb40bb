"""Who has no key neither hears nor replaces the sound of a Space, and there is one forward of it."""

import ast
import asyncio
import socket
import struct
import threading
from collections.abc import AsyncIterator
from functools import partial

import pytest
import pytest_asyncio
from pylibsrtp import Policy, Session

from benchmarks._support.peers import Peer, identity
from spaces.audio import rooms as audio_rooms
from spaces.audio.gateways import endpoint, mountpoint_credentials, room_credentials
from spaces.audio.rooms import close_room, feed_anew, open_room
from spaces.gateway import srtp
from spaces.gateway.addresses import own_address
from spaces.gateway.audiobridge import Forwarder
from spaces.gateway.client import GatewayClient
from spaces.gateway.pool import Gateway
from spaces.gateway.streaming import Streaming
from tests.audio.fixtures import ask
from tests.support.processes import REPOSITORY

FOREIGN = b"this is no voice of this Space"
SECONDS = 1.0
PACKETS_A_SECOND = 50

real = [pytest.mark.redis, pytest.mark.gateway, pytest.mark.usefixtures("gateway"), pytest.mark.security("C27")]


@pytest.fixture
def room() -> str:
    """Open a room. It is empty, so what it forwards is silence, packet for packet."""
    ask(lambda gateway: open_room(gateway, "room1", lanes=True))
    return "room1"


def mixes(room: str) -> list[Forwarder]:
    """The forwards of the whole mix."""
    secret = room_credentials(room).secret
    found = ask(lambda gateway: gateway.bridge.list_forwarders(room=room, secret=secret))
    return [forwarder for forwarder in found if forwarder.group is None]


@pytest_asyncio.fixture
async def listener(gateway: object, room: str) -> AsyncIterator[list[bytes]]:
    """Collect the packets that a listener receives, as they come."""
    heard: list[bytes] = []
    client, peer = GatewayClient(endpoint("main")), Peer(own_address(), identity(), offers=False, decodes=True)
    await client.start()
    try:
        await client.wait_ready(timeout=5)
        streaming = Streaming(client)
        handle = await streaming.attach(listener="l-test")
        offer = await streaming.watch(handle, mountpoint=room, pin=mountpoint_credentials(room).pin)
        await asyncio.gather(streaming.start(handle, answer=peer.answer(offer)), peer.connect(offer))
        peer.listen(heard.append)
        await peer.heard()
        yield heard
        await handle.detach()
    finally:
        peer.close()
        await client.close()


def packet(ssrc: int, number: int) -> bytes:
    return struct.pack("!BBHII", 0x80, 111, number & 0xFFFF, number * 960 & 0xFFFFFFFF, ssrc) + FOREIGN


def plain(ssrc: int, number: int) -> bytes:
    return packet(ssrc, number)


def with_another_key(ssrc: int, number: int) -> bytes:
    key = b"k" * 30
    policy = Policy(key=key, ssrc_type=Policy.SSRC_ANY_OUTBOUND, srtp_profile=Policy.SRTP_PROFILE_AES128_CM_SHA1_80)
    return Session(policy=policy).protect(packet(ssrc, number))


async def send(port: int, datagrams: list[bytes]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for datagram in datagrams:
            sender.sendto(datagram, ("127.0.0.1", port))
            await asyncio.sleep(SECONDS / len(datagrams))


class TestOnTheGateway:
    pytestmark = real

    @pytest.mark.asyncio
    @pytest.mark.parametrize("made", [plain, with_another_key])
    @pytest.mark.parametrize("ssrc", ["known", "other"])
    @pytest.mark.asvs("17.2.3")
    async def test_foreign_packets_change_nothing_that_is_heard(
        self, room: str, listener: list[bytes], made: object, ssrc: str
    ) -> None:
        """Send packets as a stranger who knows the port, and even the SSRC, while the forward goes on and before its
        end."""
        assert callable(made)
        [forward] = await asyncio.to_thread(mixes, room)
        number = forward.ssrc if ssrc == "known" else 4711
        before = len(listener)
        await send(forward.port, [made(number, n) for n in range(20_000, 20_000 + 4 * PACKETS_A_SECOND)])
        during = listener[before:]
        assert len(during) > 0.7 * PACKETS_A_SECOND * SECONDS
        before = len(listener)
        await asyncio.sleep(SECONDS)
        after = listener[before:]
        assert len(after) > 0.7 * PACKETS_A_SECOND * SECONDS
        assert not [payload for payload in listener if FOREIGN in payload]

    def test_a_feed_that_is_renewed_has_an_ssrc_of_its_own(self, room: str) -> None:
        """Packets of one that begins again would be taken for replayed ones."""
        [old] = mixes(room)
        ask(partial(stop, room=room, forwarder=old.id))
        assert ask(partial(feed_anew, room=room))
        [new] = mixes(room)
        assert new.ssrc != old.ssrc

    def test_every_room_has_an_ssrc_that_cannot_be_guessed(self) -> None:
        found = set()
        for _ in range(3):
            ask(lambda gateway: open_room(gateway, "again", lanes=False))
            found |= {forward.ssrc for forward in mixes("again")}
            ask(lambda gateway: close_room(gateway, "again"))
        assert len(found) == 3

    def test_there_is_never_a_second_forward_of_the_mix(self, room: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """However many processes find at once that the feed is gone; looked at all the time."""
        monkeypatch.setattr(audio_rooms, "STALE_SECONDS", -1.0)
        numbers: list[int] = []
        done = threading.Event()

        def watch() -> None:
            while not done.is_set():
                numbers.append(len(mixes(room)))

        watcher = threading.Thread(target=watch)
        watcher.start()
        renewed = ask(partial(renew_eight_times, room=room))
        done.set()
        watcher.join()
        assert any(renewed)
        assert max(numbers) == 1
        assert len(mixes(room)) == 1

    def test_a_room_that_another_process_feeds_is_left_to_it(self, room: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(audio_rooms, "STALE_SECONDS", -1.0)
        monkeypatch.setattr("spaces.audio.feeding._take", lambda room, token: False)
        [before] = mixes(room)
        assert not ask(partial(feed_anew, room=room))
        assert mixes(room) == [before]


async def stop(gateway: Gateway, *, room: str, forwarder: int) -> None:
    await gateway.bridge.stop_rtp_forward(room=room, secret=room_credentials(room).secret, forwarder=forwarder)


async def renew_eight_times(gateway: Gateway, *, room: str) -> list[bool]:
    return await asyncio.gather(*(feed_anew(gateway, room) for _ in range(8)))


@pytest.mark.security("C27")
def test_one_place_forwards_a_whole_mix() -> None:
    """Every other forward is of a lane: `group` is given."""
    found = []
    for app in ("spaces", "captions", "timeline"):
        for file in sorted((REPOSITORY / app).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "rtp_forward":
                    named = {keyword.arg for keyword in node.keywords}
                    found += [] if "group" in named else [(file.name, "srtp_key" in named)]
    assert found == [("rooms.py", True)]


@pytest.mark.security("C27")
@pytest.mark.asvs("12.3.1")
def test_keys_are_random_and_as_long_as_the_suite_wants() -> None:
    keys = {srtp.new_key() for _ in range(100)}
    assert len(keys) == 100
    assert {len(key) for key in keys} == {40}
    assert all(0 < srtp.new_ssrc() < 1 << 32 for _ in range(1000))
