"""Carry notices from the gateway's event loop to listeners on a thread of their own, which may use a synchronous
ORM."""

import asyncio
import contextlib
import logging
import threading
from collections import Counter
from collections.abc import Callable
from typing import Final

import janus

from .notices import Notice, NoticesLost

logger = logging.getLogger(__name__)

Listener = Callable[[Notice], None]

CAPACITY: Final = 10_000
"""About a minute of talk events of a hundred lively rooms. More would be useless by the time it is read."""
RETRY: Final = 0.5
_LOOK_EVERY: Final = 0.02


class Relay:
    """A bounded queue and the thread that empties it. It is made on the loop that calls `put`.

    A full queue drops what comes next, and listeners are then told how much (`NoticesLost`). Waiting instead would stop
    the loop, and with it every answer. Dropping the oldest would lose as much and hide where.
    """

    def __init__(self, listeners: Callable[[], tuple[Listener, ...]], *, capacity: int = CAPACITY) -> None:
        self._listeners = listeners
        self._loop = asyncio.get_running_loop()
        self._queue: janus.Queue[Notice] = janus.Queue(capacity)
        self._dropped: Counter[str] = Counter()
        self._thread = threading.Thread(target=self._deliver_all, name="gateway-listeners", daemon=True)
        self._thread.start()

    def put(self, notice: Notice) -> None:
        """Queue a notice, without ever waiting."""
        if self._dropped or not self._try(notice):
            if not self._dropped:
                self._loop.call_later(RETRY, self._confess)
            self._dropped[notice.gateway] += 1

    async def close(self, *, timeout: float) -> None:
        """Let the listeners finish what is queued, for at most `timeout` seconds."""
        self._queue.shutdown()
        # Do not use `to_thread`: when the interpreter is about to end, no executor takes work any more.
        deadline = self._loop.time() + timeout
        while self._thread.is_alive() and self._loop.time() < deadline:
            await asyncio.sleep(_LOOK_EVERY)
        await self._queue.aclose()

    def _try(self, notice: Notice) -> bool:
        try:
            self._queue.async_q.put_nowait(notice)
        except (janus.AsyncQueueFull, janus.AsyncQueueShutDown):
            return False
        return True

    def _confess(self) -> None:
        for gateway, count in list(self._dropped.items()):
            if self._try(Notice(gateway, NoticesLost(count))):
                logger.error("%d notices of gateway %s were dropped: the listeners are too slow", count, gateway)
                del self._dropped[gateway]
        if self._dropped and not self._queue.closed:
            self._loop.call_later(RETRY, self._confess)

    def _deliver_all(self) -> None:
        with contextlib.suppress(janus.SyncQueueShutDown):
            while True:
                self._deliver(self._queue.sync_q.get())

    def _deliver(self, notice: Notice) -> None:
        for listener in self._listeners():
            try:
                listener(notice)
            except Exception as error:  # noqa: BLE001 - one listener's bug must not make all others deaf
                _report(error)


def _report(error: Exception) -> None:
    """Report an error in the way the interpreter reports an exception that ends a thread. A collector of those then
    collects this one too."""
    threading.excepthook(
        threading.ExceptHookArgs((type(error), error, error.__traceback__, threading.current_thread()))
    )
