"""A Space whose lanes this ingest hears: who is on them, and which of them the gateway forwards."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import redis
from django.db import DatabaseError

from captions.ingest.forwards import Forwards
from captions.ingest.lane_assigner import LaneAssigner
from spaces.audio.gateways import pool
from spaces.gateway.errors import GatewayError, NoSuchRoom
from spaces_project.common.errors import ProductError
from spaces_project.common.threads import in_thread

logger = logging.getLogger(__name__)

WAITING_SECONDS: Final = 0.25
"""The wait for a lane that falls free by time alone: its holder has been silent for long enough."""
_AWAY = (redis.RedisError, DatabaseError, GatewayError)


@dataclass(slots=True, eq=False)
class HeldSpace:
    """A Space that this ingest holds. `follow` works until it is cancelled."""

    assigner: LaneAssigner
    forwards: Forwards
    began: float
    """When the Space started, on this process's monotonic clock."""
    gateway: str
    """The gateway that the Space is on."""
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set it to have lanes and forwards compared with what the database says."""
    task: "asyncio.Task[None] | None" = None

    @property
    def public_id(self) -> str:
        return self.assigner.space.public_id

    @property
    def clock_ms(self) -> int:
        """Return the Space's clock now, in milliseconds."""
        return int((time.monotonic() - self.began) * 1000)

    async def follow(self, changed_hands: Callable[[int], None]) -> None:
        """Bring lanes and forwards in line whenever something changed. `changed_hands` is called with each lane that
        has another speaker now, or none."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(WAITING_SECONDS if self.assigner.is_waiting else None):
                    await self.changed.wait()
            self.changed.clear()
            try:
                before = dict(self.assigner.speakers)
                await in_thread(self.assigner.cycle)
                for lane, speaker in before.items():
                    if self.assigner.speakers.get(lane) is not speaker:
                        changed_hands(lane)
                await pool().run_async(self.gateway, partial(_forward, held=self))
            except ProductError as error:
                logger.info("captions of Space %s: %s", self.public_id, error.message)
            except _AWAY as error:
                logger.warning("captions of Space %s do not follow yet: %s", self.public_id, error)
            except Exception:  # whatever it is, the Space must not stay without captions for ever
                logger.exception("captions of Space %s do not follow", self.public_id)


async def _forward(gateway: Any, held: HeldSpace) -> None:
    try:
        await held.forwards.set(gateway, frozenset(held.assigner.speakers))
    except NoSuchRoom:  # the web processes open it again
        logger.info("Space %s has no room now", held.public_id)
