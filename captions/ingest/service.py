"""The ingest: takes Spaces that nobody holds, hears their lanes, and gives them up when they are over.

One event loop receives packets and looks after leases, lanes and forwards; a `janus` queue brings the packets to a
thread that finds utterances (`Voices`), and another thread writes those down (`Scribe`). The queue is bounded: packets
that find it full are lost, as they would be on a bad network, and are counted.
"""

import asyncio
import contextlib
import logging
import random
import secrets
import socket
import threading
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import janus
import redis
from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from captions import selectors, services
from captions.ingest.desk import Desk
from captions.ingest.forwards import Forwards
from captions.ingest.leases import RENEW_EVERY_SECONDS, Leases
from captions.ingest.rtp import NotRtp, parse
from captions.ingest.scribe import Scribe
from captions.ingest.voices import Arrival, Voices
from spaces import events
from spaces.audio.gateways import pool
from spaces.audio.lanes import LANES
from spaces.events import Envelope, Signal
from spaces.feed import Feed
from spaces.gateway.errors import GatewayError, NoSuchRoom
from spaces.models import Space
from spaces_project import heartbeat
from spaces_project.common.errors import ProductError
from spaces_project.common.threads import in_thread

logger = logging.getLogger(__name__)

TICK_SECONDS: Final = 1.0
WAITING_SECONDS: Final = 0.25
"""A lane falls free by nothing but time: somebody has been silent for long enough."""
CAPACITY: Final = 2_000
"""Packets: ten seconds of four lanes."""
TAKEN_AT_ONCE: Final = 5
"""Spaces a tick, so that ingests which start together share them."""
CLOSES_WITHIN: Final = 5.0
_RECEIVE_BUFFER: Final = 1 << 20
_AWAY = (redis.RedisError, DatabaseError, GatewayError)


@dataclass(slots=True)
class Held:
    """A Space of ours."""

    desk: Desk
    forwards: Forwards
    began: float
    """When the Space started, on this process's monotonic clock."""
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    task: "asyncio.Task[None] | None" = None

    @property
    def public_id(self) -> str:
        return self.desk.space.public_id


class Ingest(asyncio.DatagramProtocol):
    """`run` works until it is cancelled; then what is being spoken is written down and the Spaces are given up."""

    def __init__(self) -> None:
        self.dropped = 0
        """Packets that found the queue full."""
        self._leases = Leases()
        self._held: dict[str, Held] = {}
        self._by_ssrc: dict[int, tuple[Held, int]] = {}
        self._scribe = Scribe()
        self._voices = Voices(self._scribe.tell)
        self._feed = Feed(on_envelope=self._hear, on_gap=self._look_again)

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        self._packets: janus.Queue[Arrival | None] = janus.Queue(CAPACITY)
        transport, _ = await loop.create_datagram_endpoint(lambda: self, sock=_udp_socket())
        self.port = transport.get_extra_info("sockname")[1]
        self._scribe.start()
        thread = threading.Thread(target=self._find_utterances, name="captions-voices", daemon=True)
        thread.start()
        feed = loop.create_task(self._feed.run())
        try:
            await self._tick_forever()
        finally:
            feed.cancel()
            transport.close()
            await self._close(thread)

    # --- packets ---

    def datagram_received(self, data: bytes, addr: Any) -> None:
        try:
            packet = parse(data)
        except NotRtp:
            return
        found = self._by_ssrc.get(packet.ssrc)
        if found is None:
            return
        held, lane = found
        speaker = held.desk.speakers.get(lane)
        if speaker is not None:  # what belongs to nobody is not even decoded
            self._put(Arrival(packet.ssrc, _clock_ms(held), speaker, packet))

    def _put(self, arrival: Arrival) -> None:
        try:
            self._packets.async_q.put_nowait(arrival)
        except janus.AsyncQueueFull:
            self.dropped += 1

    def _find_utterances(self) -> None:
        """On a thread."""
        while (arrival := self._packets.sync_q.get()) is not None:
            try:
                self._voices.take(arrival)
            except Exception:  # one broken stream must not end those of all others
                logger.exception("a packet of %s was not heard", arrival.speaker)

    # --- Spaces ---

    async def _tick_forever(self) -> None:
        renewed = 0.0
        while True:
            try:
                if time.monotonic() - renewed >= RENEW_EVERY_SECONDS:
                    renewed = time.monotonic()
                    await self._renew()
                await self._take_and_give_up()
                await in_thread(heartbeat.captions_are_heard)
            except _AWAY as error:
                logger.warning("the ingest could not look after its Spaces: %s", error)
            for held in self._held.values():
                held.changed.set()
            await asyncio.sleep(TICK_SECONDS)

    async def _renew(self) -> None:
        kept = await in_thread(self._leases.renew, list(self._held))
        for public_id in self._held.keys() - kept:
            await self._give_up(public_id, why="its lease was lost")

    async def _take_and_give_up(self) -> None:
        spaces = {space.public_id: space for space in await in_thread(selectors.captioned_spaces)}
        for public_id in self._held.keys() - spaces.keys():
            await self._give_up(public_id, why="it is over")
            await in_thread(self._leases.release, public_id)
        missing = [public_id for public_id in spaces if public_id not in self._held]
        free = await in_thread(self._leases.not_with_others, missing)
        random.shuffle(free)
        for public_id in free[:TAKEN_AT_ONCE]:
            if await in_thread(self._leases.take, public_id):
                await self._take(spaces[public_id])

    async def _take(self, space: Space) -> None:
        epoch = await in_thread(services.take_over, space=space)
        base = _free_base(self._by_ssrc)
        forwards = Forwards(space.room, settings.CAPTIONS_INGEST_ADDRESS, self.port, base)
        spoken = await in_thread(_clock_of, space)
        held = Held(Desk(space, epoch), forwards, time.monotonic() - spoken)
        self._held[space.public_id] = held
        self._by_ssrc |= {forwards.ssrc(lane): (held, lane) for lane in range(LANES)}
        channel = events.space_channel(space.public_id)
        try:
            await self._feed.subscribe(channel)
            await in_thread(events.publish, channel, events.lanes_changed())  # the roll call
        except redis.RedisError:  # the next tick tries again; kept as it is, nobody would ever look after it
            await self._give_up(space.public_id, why="Redis is away")
            raise
        held.task = asyncio.create_task(self._look_after(held))
        logger.info("captions of Space %s are heard here", space.public_id)

    async def _give_up(self, public_id: str, *, why: str) -> None:
        """What is being spoken ends here."""
        held = self._held.pop(public_id)
        logger.info("captions of Space %s are not heard here any more: %s", public_id, why)
        if held.task is not None:
            held.task.cancel()
        for lane in range(LANES):
            ssrc = held.forwards.ssrc(lane)
            self._by_ssrc.pop(ssrc, None)
            self._put(Arrival(ssrc, _clock_ms(held), None, None))
        await self._feed.unsubscribe(events.space_channel(public_id))

    async def _look_after(self, held: Held) -> None:
        """Brings lanes and forwards in line whenever something changed."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(WAITING_SECONDS if held.desk.is_waiting else None):
                    await held.changed.wait()
            held.changed.clear()
            try:
                before = dict(held.desk.speakers)
                await in_thread(held.desk.cycle)
                self._tell_of_changes(held, before)
                await pool().run_async(held.desk.space.gateway, partial(_forward, held=held))
            except ProductError as error:
                logger.info("captions of Space %s: %s", held.public_id, error.message)
            except _AWAY as error:
                logger.warning("captions of Space %s do not follow yet: %s", held.public_id, error)
            except Exception:  # whatever it is, the Space must not stay without captions for ever
                logger.exception("captions of Space %s do not follow", held.public_id)

    def _tell_of_changes(self, held: Held, before: dict[int, Any]) -> None:
        """On a lane that was taken from somebody no packet may come for long: what they said ends now."""
        for lane, speaker in before.items():
            if held.desk.speakers.get(lane) is not speaker:
                self._put(Arrival(held.forwards.ssrc(lane), _clock_ms(held), held.desk.speakers.get(lane), None))

    # --- what other processes say ---

    async def _hear(self, channel: str, envelope: Envelope) -> None:
        held = self._held.get(channel.removeprefix(events.space_channel("")))
        if held is None:
            return
        if envelope.signal == Signal.CARRIED:
            mixer_id, _, lane = envelope.data.partition(" ")
            held.desk.carried(mixer_id, int(lane) if lane else None)
        if envelope.signal in (Signal.CARRIED, Signal.STAGE, Signal.LANES) or _matters(envelope.frame):
            held.changed.set()

    async def _look_again(self) -> None:
        """Events were missed while Redis was away: everybody says again where they are."""
        for held in self._held.values():
            await in_thread(events.publish, events.space_channel(held.public_id), events.lanes_changed())
            held.changed.set()

    async def _close(self, thread: threading.Thread) -> None:
        async with asyncio.timeout(CLOSES_WITHIN):
            for public_id in list(self._held):
                await self._give_up(public_id, why="the ingest ends")
                await _if_there(in_thread(self._leases.release, public_id))
            await self._packets.async_q.put(None)
            await asyncio.to_thread(thread.join, CLOSES_WITHIN)
            await asyncio.to_thread(self._scribe.close, timeout=CLOSES_WITHIN)
            await self._packets.aclose()


async def _forward(gateway: Any, held: Held) -> None:
    try:
        await held.forwards.set(gateway, frozenset(held.desk.speakers))
    except NoSuchRoom:  # the web processes open it again
        logger.info("Space %s has no room now", held.public_id)


def _matters(frame: str | None) -> bool:
    """Frames are not decoded for a word: their types are ours."""
    return frame is not None and frame.startswith(('{"type":"talking"', '{"type":"captions.changed"'))


def _free_base(taken: "dict[int, tuple[Held, int]]") -> int:
    """SSRCs for all lanes of a room, which nobody can guess."""
    while True:
        base = secrets.randbelow((1 << 32) - LANES - 1) + 1
        if not any(base + lane in taken for lane in range(LANES)):
            return base


def _clock_ms(held: Held) -> int:
    return int((time.monotonic() - held.began) * 1000)


def _clock_of(space: Space) -> float:
    """Seconds since the start, by the clock that wrote the start down."""
    return space.clock(timezone.now()).total_seconds()


def _udp_socket() -> socket.socket:
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
    udp.bind((settings.CAPTIONS_INGEST_ADDRESS, 0))
    udp.settimeout(0)
    return udp


async def _if_there(work: Coroutine[Any, Any, Any]) -> None:
    try:
        await work
    except redis.RedisError as error:
        logger.warning("a lease is left to run out: %s", error)
