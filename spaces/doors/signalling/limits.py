"""Limit what one socket may send, what all sockets of one user may send, and how many people may join at once."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Hashable
from dataclasses import dataclass, field
from typing import TypeVar, cast
from weakref import WeakKeyDictionary

from django.utils.translation import gettext as _

from spaces_project.common import metrics
from spaces_project.common.errors import TooMany

Kept = TypeVar("Kept", "Allowance", "Handshakes")


@dataclass
class TokenBucket:
    """A rate limit of `rate` a second in the long run, and of `burst` at once. Only tests pass in the clock."""

    rate: float
    burst: float
    _tokens: float = field(init=False)
    _at: float | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._tokens = self.burst

    def take(self, now: float | None = None) -> bool:
        """Take one token. Return False if the bucket is empty."""
        moment = time.monotonic() if now is None else now
        if self._at is not None:
            self._tokens = min(self.burst, self._tokens + (moment - self._at) * self.rate)
        self._at = moment
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def is_empty(self, now: float | None = None) -> bool:
        """Return True if no token could be taken."""
        moment = time.monotonic() if now is None else now
        return self._at is not None and self._tokens + (moment - self._at) * self.rate < 1

    def is_full(self, now: float | None = None) -> bool:
        """Return True if no token is missing. A full bucket can be forgotten and made anew."""
        moment = time.monotonic() if now is None else now
        return self._at is None or self._tokens + (moment - self._at) * self.rate >= self.burst


@dataclass(frozen=True, slots=True)
class Allowance:
    """What all sockets of one user may do together, or all sockets of one address without an account.

    A limit for each socket alone would be no limit: it grows with the number of sockets.
    """

    openings: TokenBucket
    messages: TokenBucket
    costly: TokenBucket
    """The limit of commands that read much of the database, or keep the gateway busy."""

    @classmethod
    def of_a_person(cls) -> "Allowance":
        """Return the allowance of one user with an account."""
        return cls(openings=TokenBucket(1, 40), messages=TokenBucket(30, 160), costly=TokenBucket(2, 12))

    @classmethod
    def of_an_address(cls, sockets: int) -> "Allowance":
        """Return an allowance for as many listeners as may open `sockets` from one address. Each listener sends one
        ping every ten seconds. All of them reconnect at once when the network of their house comes back."""
        return cls(
            openings=TokenBucket(max(1, 0.2 * sockets), max(40, 2 * sockets)),
            messages=TokenBucket(max(30, sockets), max(160, 10 * sockets)),
            costly=TokenBucket(max(2, 0.1 * sockets), max(12, sockets)),
        )

    def is_untouched(self) -> bool:
        """Return True if every bucket is full, so that the allowance can be forgotten."""
        return self.openings.is_full() and self.messages.is_full() and self.costly.is_full()


@dataclass(frozen=True, slots=True)
class Handshakes:
    """How often one session, token or address may open a socket, and how often it is told why it may not."""

    openings: TokenBucket
    refusals: TokenBucket = field(default_factory=lambda: TokenBucket(1, 20))

    def is_used_up(self) -> bool:
        """Return True if the next handshake is refused with HTTP 403."""
        return self.openings.is_empty() and self.refusals.is_empty()

    def is_untouched(self) -> bool:
        """Return True if both buckets are full."""
        return self.openings.is_full() and self.refusals.is_full()


class Allowances:
    """The allowances of one process: by user id, by address, and of handshakes. An allowance that is full again is
    forgotten."""

    _TIDY_AT = 1000

    def __init__(self) -> None:
        self._known: dict[Hashable, Allowance | Handshakes] = {}
        self._tidy_at = self._TIDY_AT

    def of_person(self, user_id: int) -> Allowance:
        """Return the allowance of this user, made on first use."""
        return self._kept(user_id, Allowance.of_a_person)

    def of_address(self, address: str, *, sockets: int) -> Allowance:
        """Return the allowance of this address, made on first use for `sockets` listeners."""
        return self._kept(address, lambda: Allowance.of_an_address(sockets))

    def of_handshakes(self, session_or_token: str) -> Handshakes:
        """Return what is left to one session or token, made on first use. It may open as many sockets as a user."""
        return self._kept(("handshakes", session_or_token), lambda: Handshakes(Allowance.of_a_person().openings))

    def of_handshakes_from(self, address: str, *, sockets: int) -> Handshakes:
        """Return what is left to listeners without an account at one address, made on first use for `sockets` of
        them."""
        openings = self.of_address(address, sockets=sockets).openings
        return self._kept(("handshakes from", address), lambda: Handshakes(openings))

    def _kept(self, key: Hashable, make: Callable[[], Kept]) -> Kept:
        if key not in self._known:
            self._tidy()
            self._known[key] = make()
        return cast(Kept, self._known[key])

    def _tidy(self) -> None:
        if len(self._known) >= self._tidy_at:
            self._known = {key: known for key, known in self._known.items() if not known.is_untouched()}
            self._tidy_at = max(self._TIDY_AT, 2 * len(self._known))


_allowances: "WeakKeyDictionary[asyncio.AbstractEventLoop, Allowances]" = WeakKeyDictionary()


def allowances() -> Allowances:
    """Return the allowances of the running loop."""
    return _allowances.setdefault(asyncio.get_running_loop(), Allowances())


class Gate:
    """A limit on joins: `at_once` run at the same time, and `line` more may wait. When the line is full, a client is
    told when to come again. Each client gets a slightly later time than the one before, so that they do not all come
    again at once.

    One gate belongs to one process. When another process dies, all its clients reconnect here at once. Without the
    gate, their joins would take every database thread, and a mute would wait behind all of them.
    """

    def __init__(self, *, at_once: int, line: int) -> None:
        self._slots = asyncio.Semaphore(at_once)
        self._at_once = at_once
        self._line = line
        self._waiting = 0
        self._seconds_each = 0.05
        self._promised = 0.0
        """The end of the last appointment given out, on the monotonic clock."""

    @contextlib.asynccontextmanager
    async def passage(self) -> AsyncIterator[None]:
        """Wait for a free slot and hold it. Raise `too_many`, with `retry_after` in seconds, if the line is full."""
        if self._waiting >= self._line:
            metrics.TURNED_AWAY.inc()
            raise TooMany(
                "too_many", _("Many people are joining. Please wait a moment."), retry_after=self._appointment()
            )
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
        """Return in how many seconds the next client may try again, at least 1. Joins are assumed to last as long as
        the recent ones did."""
        now = time.monotonic()
        each = self._seconds_each / self._at_once
        self._promised = max(self._promised, now + self._line * each) + each
        return round(max(1.0, self._promised - now), 1)
