"""How much one socket may say, how much all sockets of one person, and how many people come in at once."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

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

    def is_full(self, now: float | None = None) -> bool:
        """Tell whether nothing is missing: a full bucket need not be kept."""
        moment = time.monotonic() if now is None else now
        return self._at is None or self._tokens + (moment - self._at) * self.rate >= self.burst


@dataclass(frozen=True, slots=True)
class Allowance:
    """What all sockets of one person may do together, or all of one address without an account.

    A limit for each socket alone is none: it grows with the number of sockets.
    """

    openings: TokenBucket
    messages: TokenBucket
    costly: TokenBucket
    """Commands that read much of the database, or keep the gateway busy."""

    @classmethod
    def of_a_person(cls) -> "Allowance":
        return cls(openings=TokenBucket(1, 40), messages=TokenBucket(30, 160), costly=TokenBucket(2, 12))

    @classmethod
    def of_an_address(cls, sockets: int) -> "Allowance":
        """For as many people as may open `sockets` from one address. They only listen: a ping every ten seconds,
        and all of them at once when the network of their house comes back."""
        return cls(
            openings=TokenBucket(max(1, 0.2 * sockets), max(40, 2 * sockets)),
            messages=TokenBucket(max(30, sockets), max(160, 10 * sockets)),
            costly=TokenBucket(max(2, 0.1 * sockets), max(12, sockets)),
        )

    def is_untouched(self) -> bool:
        return self.openings.is_full() and self.messages.is_full() and self.costly.is_full()


class Allowances:
    """The allowances of one process, by person or address. One that has filled up again is forgotten."""

    _TIDY_AT = 1000

    def __init__(self) -> None:
        self._known: dict[int | str, Allowance] = {}
        self._tidy_at = self._TIDY_AT

    def of_person(self, user_id: int) -> Allowance:
        return self._known.get(user_id) or self._keep(user_id, Allowance.of_a_person())

    def of_address(self, address: str, *, sockets: int) -> Allowance:
        return self._known.get(address) or self._keep(address, Allowance.of_an_address(sockets))

    def _keep(self, who: int | str, allowance: Allowance) -> Allowance:
        if len(self._known) >= self._tidy_at:
            self._known = {who: known for who, known in self._known.items() if not known.is_untouched()}
            self._tidy_at = max(self._TIDY_AT, 2 * len(self._known))
        self._known[who] = allowance
        return allowance


_allowances: "WeakKeyDictionary[asyncio.AbstractEventLoop, Allowances]" = WeakKeyDictionary()


def allowances() -> Allowances:
    """Return the allowances of the running loop."""
    return _allowances.setdefault(asyncio.get_running_loop(), Allowances())


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
            raise TooMany("too_many", "Many people are joining. Please wait a moment.", retry_after=self._appointment())
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
