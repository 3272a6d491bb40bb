"""The subscription of this process to Redis: one connection, one channel per Space, and a notice when events may be
missing."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from spaces import events
from spaces.events import Envelope
from spaces_project.common.redis_clients import async_redis_client

logger = logging.getLogger(__name__)

CONFIRMED_WITHIN_SECONDS = 2.0
POLL_SECONDS = 5.0
PAUSE_SECONDS = 0.2


class RedisSubscription:
    """A subscription that survives reconnects. `on_gap` is awaited after every reconnect, because events published
    meanwhile are lost."""

    def __init__(
        self,
        *,
        on_envelope: Callable[[str, Envelope], Awaitable[None]],
        on_gap: Callable[[], Awaitable[None]],
    ) -> None:
        self._on_envelope = on_envelope
        self._on_gap = on_gap
        self._confirmed: dict[str, asyncio.Event] = {events.EVERY_PROCESS: asyncio.Event()}
        self._pubsub: Any = None

    async def run(self) -> None:
        """Listen for as long as the process runs."""
        had_connection = False
        while True:
            try:
                async with _client() as client, client.pubsub() as pubsub:
                    await self._subscribe_to_all(pubsub)
                    if had_connection:
                        await self._on_gap()
                    had_connection = True
                    await self._listen(pubsub)
            except (redis.ConnectionError, redis.TimeoutError, OSError) as error:
                logger.warning("Redis is away: %s", error)
            self._pubsub = None
            for confirmed in self._confirmed.values():
                confirmed.clear()
            await asyncio.sleep(PAUSE_SECONDS)

    async def subscribe(self, channel: str) -> None:
        """Subscribe to a channel. After the return no event of it is missed, because Redis has confirmed the
        subscription. Raise redis.ConnectionError if it is not confirmed in time."""
        confirmed = self._confirmed.setdefault(channel, asyncio.Event())
        if confirmed.is_set():
            return
        if self._pubsub is not None:
            await self._pubsub.subscribe(channel)
        try:
            async with asyncio.timeout(CONFIRMED_WITHIN_SECONDS):
                await confirmed.wait()
        except TimeoutError:
            raise redis.ConnectionError("subscription not confirmed") from None

    async def unsubscribe(self, channel: str) -> None:
        """Unsubscribe from a channel. A failure is only logged: a lost connection ends the subscription anyway."""
        self._confirmed.pop(channel, None)
        if self._pubsub is not None:
            try:
                await self._pubsub.unsubscribe(channel)
            except (redis.ConnectionError, redis.TimeoutError, OSError) as error:
                logger.warning("not unsubscribed from %s: %s", channel, error)

    async def _subscribe_to_all(self, pubsub: Any) -> None:
        """Subscribe to all known channels. A channel may be added while the first request is on its way, when
        `subscribe` cannot ask Redis itself yet; subscribe to these too."""
        known = set(self._confirmed)
        await pubsub.subscribe(*known)
        self._pubsub = pubsub
        if late := self._confirmed.keys() - known:
            await pubsub.subscribe(*late)

    async def _listen(self, pubsub: Any) -> None:
        while True:
            message = await pubsub.get_message(timeout=POLL_SECONDS)
            if message is None:
                continue
            channel = message["channel"].decode()
            if message["type"] == "message":
                await self._pass_on(channel, message["data"])
            elif message["type"] == "subscribe" and channel in self._confirmed:
                self._confirmed[channel].set()

    async def _pass_on(self, channel: str, data: bytes) -> None:
        """Pass an event on, and log every error. Nothing in here may end `run`: the process would go on writing pings
        to pages that get no events."""
        try:
            await self._on_envelope(channel, events.unpack(data))
        # The event comes from another version of the product, during a rolling update.
        except msgspec.DecodeError as error:
            logger.warning("an event of %s cannot be read: %s", channel, error)
        except Exception:
            logger.exception("an event of %s was not passed on", channel)


def _client() -> Any:
    """Return a client that does not reconnect silently. redis-py would subscribe again by itself, and the hub would not
    know that events were lost."""
    return async_redis_client(
        retry=Retry(NoBackoff(), 0),
        health_check_interval=10,
        socket_connect_timeout=1,
    )
