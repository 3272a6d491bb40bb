"""A person who vanishes in mid-word is silent for everyone within two seconds, or three if nothing says that they are
gone: a real voice on a real gateway."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
import pytest_asyncio
from pylibsrtp import Policy, Session

from benchmarks._support.peers import Peer, identity
from spaces.audio import ConnectionAudio, now_talking
from spaces.audio.gateways import pool
from spaces.audio.rooms import open_room
from spaces.gateway.addresses import own_address
from spaces.selectors import Microphone, Mix
from tests.support.voice import packets, tone
from tests.support.waiting import until

pytestmark = [
    pytest.mark.redis,
    pytest.mark.gateway,
    pytest.mark.asyncio,
    pytest.mark.security("A3"),
    pytest.mark.usefixtures("gateway"),
]

SILENT_WITHIN = 2.0
MISSED_WITHIN = 3.0
"""The gateway looks once a second, for whole seconds without a packet."""
HEARD_WITHIN = 5.0
SSRC = 1001
MIX = Mix(1, "1cut", "main", "room1", live=True, microphones=(Microphone(7, "7-voice", muted=False),))
LOUD = 10
"""-dBov, as the browser says with each packet; the mixer believes it."""


class Voice:
    """A browser that talks, until it is told to vanish."""

    def __init__(self) -> None:
        self.peer = Peer(own_address(), identity(), offers=True)
        self.audio = ConnectionAudio(MIX.public_id, 7, "c7", lambda event: None)
        self._talk: asyncio.Task[None] | None = None
        self._number = 0

    async def connect(self) -> None:
        offer = self.peer.offer(SSRC) + "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n"
        answer = await self.audio.speak(MIX, mixer_id="7-voice", muted=False, sdp=offer)
        await self.peer.connect(answer)
        self.peer.sink()
        policy = self.peer._policy(Policy.SSRC_ANY_OUTBOUND, of_server=True)
        self._session = Session(policy)
        self._payloads = [packet[12:] for packet in packets(tone(440, seconds=1), ssrc=SSRC)]

    def talk(self) -> None:
        self._talk = asyncio.create_task(self._say())

    async def _say(self) -> None:
        while True:
            self._number += 1
            header = struct.pack("!BBHII", 0x90, 111, self._number & 0xFFFF, self._number * 960, SSRC)
            level = struct.pack("!HHBBH", 0xBEDE, 1, 1 << 4, LOUD, 0)
            payload = self._payloads[self._number % len(self._payloads)]
            self.peer._socket.sendto(self._session.protect(header + level + payload), self.peer._remote)
            await asyncio.sleep(0.02)

    def vanish(self) -> None:
        if self._talk is not None:
            self._talk.cancel()


@pytest_asyncio.fixture
async def voice(gateway: object) -> AsyncIterator[Voice]:
    await pool().run_async("main", lambda connected: open_room(connected, "room1", lanes=False))
    voice = Voice()
    try:
        await voice.connect()
        voice.talk()
        await until(lambda: now_talking(MIX.public_id) == ["7"], within=HEARD_WITHIN)
        yield voice
    finally:
        voice.vanish()
        await voice.audio.close_all()
        with suppress(OSError):
            voice.peer.close()


async def test_a_voice_whose_packets_cease_is_silent(voice: Voice) -> None:
    """A crash, a closed lid: not a word of farewell."""
    voice.vanish()
    await until(lambda: now_talking(MIX.public_id) == [], within=MISSED_WITHIN)


async def test_one_that_comes_back_talks_again(voice: Voice) -> None:
    voice.vanish()
    await until(lambda: now_talking(MIX.public_id) == [], within=MISSED_WITHIN)
    voice.talk()
    await until(lambda: now_talking(MIX.public_id) == ["7"], within=MISSED_WITHIN)


async def test_a_connection_that_is_closed_is_silent(voice: Voice) -> None:
    """A tab that is closed says so."""
    voice.vanish()
    voice.peer._dtls.shutdown()
    voice.peer._flush()
    await until(lambda: now_talking(MIX.public_id) == [], within=SILENT_WITHIN)


async def test_so_is_one_that_is_given_up_here(voice: Voice) -> None:
    await voice.audio.close("speak")
    await until(lambda: now_talking(MIX.public_id) == [], within=SILENT_WITHIN)


async def test_one_whose_page_is_gone_is_silent_at_once_and_talks_on_if_it_does(voice: Voice) -> None:
    """A crash closes the socket; a change of network does so, too, and the voice goes on."""
    gone = asyncio.create_task(voice.audio.page_is_gone())
    await until(lambda: now_talking(MIX.public_id) == [], within=1.0)
    await gone
    await until(lambda: now_talking(MIX.public_id) == ["7"], within=1.0)
