"""How much one socket may say, and how many people come in at once."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from spaces_project.common import metrics
from spaces_project.common.errors import TooMany


@dataclass
class TokenBucket:
    """`rate` a second in the long run, `burst` at once. The clock is passed in by tests only."""

    rate: float
    burst: float
    _tokens: float = field(init=False)
    _at: float | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._tokens = self.burst

    def take(self, now: float | None = None) -> bool:
        moment = time.monotonic() if now is None else now
        if self._at is not None:
            self._tokens = min(self.burst, self._tokens + (moment - self._at) * self.rate)
        self._at = moment
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class Gate:
    """Lets `at_once` in at the same time, and a `line` of others wait. Whoever comes when that is full is told when
    there will be room: each a little later than the one before, so that they do not all come again at once.

    Of one process, which everybody comes to whose process was lost. Without it their joins would take every database
    thread, and a mute would wait behind all of them.
    """

    def __init__(self, *, at_once: int, line: int) -> None:
        self._slots = asyncio.Semaphore(at_once)
        self._at_once = at_once
        self._line = line
        self._waiting = 0
        self._seconds_each = 0.05
        self._promised = 0.0
        """Until when the time is given away, on the monotonic clock."""

    @contextlib.asynccontextmanager
    async def passage(self) -> AsyncIterator[None]:
        """Raises `too_many` with `retry_after` in seconds."""
        if self._waiting >= self._line:
            metrics.TURNED_AWAY.inc()
            raise TooMany("too_many", "Many people come in at once. One moment.", retry_after=self._appointment())
        self._waiting += 1
        try:
            await self._slots.acquire()
        finally:
            self._waiting -= 1
        started = time.monotonic()
        try:
            yield
        finally:
            self._seconds_each += (time.monotonic() - started - self._seconds_each) / 8
            self._slots.release()

    def _appointment(self) -> float:
        now = time.monotonic()
        each = self._seconds_each / self._at_once
        self._promised = max(self._promised, now + self._line * each) + each
        return round(max(1.0, self._promised - now), 1)
