"""Hold Spaces by lease: work that one process does for a Space at a time, and that another continues after it dies."""

import asyncio
import logging
import random
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Final, Generic, TypeVar

import redis
from django.db import DatabaseError

from spaces import events
from spaces.events import Envelope
from spaces.live.subscription import RedisSubscription
from spaces_project.common.leases import RENEW_EVERY_SECONDS, Leases
from spaces_project.common.threads import in_thread

logger = logging.getLogger(__name__)

AWAY: Final = (redis.RedisError, DatabaseError)
Wanted = TypeVar("Wanted")
Held = TypeVar("Held")


class SpaceHolder(ABC, Generic[Wanted, Held]):
    """The Spaces that this process holds, by public id, and the subscription to their events.

    `Wanted` is a row that asks for the work, `Held` is the work on one Space. `kind` is the name of the leases.
    """

    kind: ClassVar[str]
    taken_at_once: ClassVar[int | None] = None
    """The most Spaces that one tick takes, so that processes which start together share them. None: all of them."""

    def __init__(self) -> None:
        self._leases = Leases(self.kind)
        self._held: dict[str, Held] = {}
        self._feed = RedisSubscription(on_envelope=self._receive, on_gap=self._hear_again)

    async def run(self) -> None:
        """Work until cancelled, and then give the Spaces up."""
        feed = asyncio.create_task(self._feed.run())
        try:
            await self._tick_forever()
        finally:
            feed.cancel()
            await asyncio.shield(self._give_all_up(why="its process ends"))

    # --- for subclasses ---

    @abstractmethod
    def _wanted(self) -> Mapping[str, Wanted]:
        """Read what asks for the work now, by the public id of its Space. It runs on a database thread."""

    @abstractmethod
    async def _take(self, wanted: Wanted) -> None:
        """Begin the work on a Space whose lease is ours: put it into `_held`, and `_subscribe` to its events."""

    @abstractmethod
    async def _let_go(self, held: Held, why: str) -> None:
        """End the work on a Space, which is no longer in `_held`."""

    @abstractmethod
    async def _after_tick(self) -> None:
        """Do what is due at each tick, then wait for the next."""

    @abstractmethod
    async def _hear(self, held: Held, envelope: Envelope) -> None:
        """Handle an event of a Space that is held."""

    @abstractmethod
    async def _hear_again(self) -> None:
        """Find out what the events would have said that were missed while Redis was away."""

    def _update(self, held: Held, wanted: Wanted) -> None:
        """Note what is new about a Space that is held."""

    def _mark(self) -> None:
        """Leave the mark that this process works, if there is one. It runs on a database thread."""

    async def _finish(self, held: Held) -> None:
        """Do what remains for a Space that asks for the work no more. It is let go already, and its lease is ours."""

    # --- leases ---

    async def _tick_forever(self) -> None:
        renewed = 0.0
        while True:
            try:
                if time.monotonic() - renewed >= RENEW_EVERY_SECONDS:
                    renewed = time.monotonic()
                    await self._renew()
                await self._take_and_give_up()
                await in_thread(self._mark)
            except AWAY as error:
                logger.warning("%s could not look after its Spaces: %s", self.kind, error)
            await self._after_tick()

    async def _renew(self) -> None:
        kept = await in_thread(self._leases.renew, list(self._held))
        for public_id in self._held.keys() - kept:
            await self._give_up(public_id, why="its lease was lost")

    async def _take_and_give_up(self) -> None:
        wanted = await in_thread(self._wanted)
        for public_id in self._held.keys() - wanted.keys():
            held = self._held[public_id]
            await self._give_up(public_id, why="it is over")
            await self._finish(held)
            await in_thread(self._leases.release, public_id)
        for public_id, held in self._held.items():
            self._update(held, wanted[public_id])
        free = await in_thread(self._leases.not_with_others, [key for key in wanted if key not in self._held])
        random.shuffle(free)
        for public_id in free[: self.taken_at_once]:
            if await in_thread(self._leases.take, public_id):
                await self._take(wanted[public_id])

    async def _subscribe(self, public_id: str) -> None:
        """Subscribe to the events of a Space that was just taken. Raise redis.RedisError, and give it up, while Redis
        is away: the next tick tries again. A Space that is kept without its events would never be looked after."""
        try:
            await self._feed.subscribe(events.space_channel(public_id))
        except redis.RedisError:
            await self._give_up(public_id, why="Redis is away")
            raise

    async def _give_up(self, public_id: str, *, why: str) -> None:
        await self._let_go(self._held.pop(public_id), why)
        await self._feed.unsubscribe(events.space_channel(public_id))

    async def _give_all_up(self, *, why: str) -> None:
        """Give up every Space, and its lease, so that another process need not wait until that expires."""
        for public_id in list(self._held):
            await self._give_up(public_id, why=why)
            try:
                await in_thread(self._leases.release, public_id)
            except redis.RedisError as error:
                logger.warning("a lease is left to run out: %s", error)

    async def _receive(self, channel: str, envelope: Envelope) -> None:
        held = self._held.get(channel.removeprefix(events.space_channel("")))
        if held is not None:
            await self._hear(held, envelope)
