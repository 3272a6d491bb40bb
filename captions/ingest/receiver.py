"""The packets of all lanes, from the network to the thread that finds utterances in them.

The event loop receives packets, and a `janus` queue brings them to the thread. The queue is bounded: packets that find
it full are lost, as they would be on a bad network, and are counted.
"""

import asyncio
import logging
import secrets
import socket
import threading
from collections.abc import Callable
from typing import Any, Final

import janus
from django.conf import settings

from captions.ingest.held_space import HeldSpace
from captions.ingest.rtp import NotRtp, parse
from captions.ingest.voices import Arrival, Utterance, Voices
from spaces.audio.lanes import LANES

logger = logging.getLogger(__name__)

CAPACITY: Final = 2_000
"""Packets: ten seconds of four lanes."""
_RECEIVE_BUFFER: Final = 1 << 20


class LaneReceiver(asyncio.DatagramProtocol):
    """The UDP port of this ingest. `tell` is called, on the thread, with every utterance and interim."""

    port: int

    def __init__(self, tell: Callable[[Utterance], None]) -> None:
        self.dropped = 0
        """Packets that found the queue full."""
        self._voices = Voices(tell)
        self._by_ssrc: dict[int, tuple[HeldSpace, int]] = {}

    async def open(self) -> None:
        """Open the port, and start the thread."""
        self._packets: janus.Queue[Arrival | None] = janus.Queue(CAPACITY)
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, sock=_udp_socket())
        self.port = self._transport.get_extra_info("sockname")[1]
        self._thread = threading.Thread(target=self._find_utterances, name="captions-voices", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Receive no more packets."""
        self._transport.close()

    async def close(self, *, within: float) -> None:
        """End the thread when it has heard what is queued, or after so many seconds."""
        await self._packets.async_q.put(None)
        await asyncio.to_thread(self._thread.join, within)
        await self._packets.aclose()

    # --- lanes ---

    def free_base(self) -> int:
        """Return a random base for the SSRCs of all lanes of a room, so that they cannot be guessed."""
        while True:
            base = secrets.randbelow((1 << 32) - LANES - 1) + 1
            if not any(base + lane in self._by_ssrc for lane in range(LANES)):
                return base

    def add(self, held: HeldSpace) -> None:
        """Hear the lanes of this Space from now on."""
        self._by_ssrc |= {held.forwards.ssrc(lane): (held, lane) for lane in range(LANES)}

    def drop(self, held: HeldSpace) -> None:
        """Stop hearing the Space. What is being spoken ends here."""
        for lane in range(LANES):
            ssrc = held.forwards.ssrc(lane)
            self._by_ssrc.pop(ssrc, None)
            self._put(Arrival(ssrc, held.clock_ms, None, None))

    def changed_hands(self, held: HeldSpace, lane: int) -> None:
        """End what the lane's last speaker said. No packet may come on the lane for long."""
        self._put(Arrival(held.forwards.ssrc(lane), held.clock_ms, held.assigner.speakers.get(lane), None))

    # --- packets ---

    def datagram_received(self, data: bytes, addr: Any) -> None:
        """Queue a packet of a lane that has a speaker. The sound of other lanes is not even decoded."""
        try:
            packet = parse(data)
        except NotRtp:
            return
        found = self._by_ssrc.get(packet.ssrc)
        if found is None:
            return
        held, lane = found
        speaker = held.assigner.speakers.get(lane)
        if speaker is not None:
            self._put(Arrival(packet.ssrc, held.clock_ms, speaker, packet))

    def _put(self, arrival: Arrival) -> None:
        try:
            self._packets.async_q.put_nowait(arrival)
        except janus.AsyncQueueFull:
            self.dropped += 1

    def _find_utterances(self) -> None:
        """Find utterances, on a thread of its own."""
        while (arrival := self._packets.sync_q.get()) is not None:
            try:
                self._voices.take(arrival)
            except Exception:  # one broken stream must not end those of all others
                logger.exception("a packet of %s was not heard", arrival.speaker)


def _udp_socket() -> socket.socket:
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
    udp.bind((settings.CAPTIONS_INGEST_ADDRESS, 0))
    udp.settimeout(0)
    return udp
