"""The ingest: takes Spaces that no ingest holds, receives their lanes, and gives them up when they are over.

One event loop receives packets (`receiver.py`) and looks after leases (`SpaceHolder`), lanes and forwards
(`held_space.py`). One thread finds utterances (`voices.py`), and another writes those down (`utterance_writer.py`).
"""

import asyncio
import logging
import time
from collections.abc import Mapping
from functools import partial
from typing import Final

from django.conf import settings
from django.utils import timezone

from captions import selectors, services
from captions.ingest.forwards import Forwards
from captions.ingest.held_space import HeldSpace
from captions.ingest.lane_assigner import LaneAssigner
from captions.ingest.receiver import LaneReceiver
from captions.ingest.utterance_writer import UtteranceWriter
from spaces import events
from spaces.events import Envelope, Signal
from spaces.live.space_holder import SpaceHolder
from spaces.models import Space
from spaces_project.common import heartbeat
from spaces_project.common.threads import in_thread

logger = logging.getLogger(__name__)

TICK_SECONDS: Final = 1.0
TAKEN_AT_ONCE: Final = 5
CLOSES_WITHIN: Final = 5.0


class Ingest(SpaceHolder[Space, HeldSpace]):
    """The ingest. `run` works until it is cancelled; then it writes down what is being spoken and gives the Spaces
    up."""

    kind = "captions:ingest"
    taken_at_once = TAKEN_AT_ONCE

    def __init__(self) -> None:
        super().__init__()
        self._writer = UtteranceWriter()
        self.receiver = LaneReceiver(self._writer.tell)

    async def run(self) -> None:
        """Hear captioned Spaces, until cancelled."""
        await self.receiver.open()
        self._writer.start()
        feed = asyncio.create_task(self._feed.run())
        try:
            await self._tick_forever()
        finally:
            feed.cancel()
            self.receiver.stop()
            await self._close()

    async def _close(self) -> None:
        async with asyncio.timeout(CLOSES_WITHIN):
            await self._give_all_up(why="the ingest ends")
            await self.receiver.close(within=CLOSES_WITHIN)
            await asyncio.to_thread(self._writer.close, timeout=CLOSES_WITHIN)

    async def _after_tick(self) -> None:
        for held in self._held.values():
            held.changed.set()
        await asyncio.sleep(TICK_SECONDS)

    def _wanted(self) -> Mapping[str, Space]:
        return {space.public_id: space for space in selectors.captioned_spaces()}

    def _mark(self) -> None:
        heartbeat.captions_are_heard()

    def _update(self, held: HeldSpace, wanted: Space) -> None:
        held.gateway = wanted.gateway

    async def _take(self, wanted: Space) -> None:
        space = wanted
        epoch = await in_thread(services.take_over, space=space)
        base = self.receiver.free_base()
        forwards = Forwards(space.room, settings.CAPTIONS_INGEST_ADDRESS, self.receiver.port, base)
        spoken = await in_thread(_clock_of, space)
        held = HeldSpace(LaneAssigner(space, epoch), forwards, time.monotonic() - spoken, space.gateway)
        self._held[space.public_id] = held
        self.receiver.add(held)
        await self._subscribe(space.public_id)
        await in_thread(_ask_for_microphones, space.public_id)
        held.task = asyncio.create_task(held.follow(partial(self.receiver.changed_hands, held)))
        logger.info("captions of Space %s are heard here", space.public_id)

    async def _let_go(self, held: HeldSpace, why: str) -> None:
        logger.info("captions of Space %s are not heard here any more: %s", held.public_id, why)
        if held.task is not None:
            held.task.cancel()
        self.receiver.drop(held)

    async def _hear(self, held: HeldSpace, envelope: Envelope) -> None:
        if envelope.signal == Signal.CARRIED:
            mixer_id, _, lane = envelope.data.partition(" ")
            held.assigner.carried(mixer_id, int(lane) if lane else None)
        if envelope.signal in (Signal.CARRIED, Signal.STAGE, Signal.LANES) or _matters(envelope.frame):
            held.changed.set()

    async def _hear_again(self) -> None:
        for held in list(self._held.values()):
            await in_thread(_ask_for_microphones, held.public_id)
            held.changed.set()


def _ask_for_microphones(public_id: str) -> None:
    """Have every process report the microphones of this Space, and the lanes they are in."""
    events.publish(events.space_channel(public_id), events.lanes_changed())


def _matters(frame: str | None) -> bool:
    """Return whether a frame concerns lanes. It is not decoded for that: a part of its text tells the type."""
    return frame is not None and frame.startswith(('{"type":"talking"', '{"type":"captions.changed"'))


def _clock_of(space: Space) -> float:
    """Return the seconds since the start, by the clock that wrote the start down."""
    return space.clock(timezone.now()).total_seconds()
