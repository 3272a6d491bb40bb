"""Report how a gateway is, once a second, from beside it. Without the report no Space is placed on it."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import redis

from spaces import placement
from spaces.gateway.admin import AdminClient
from spaces.gateway.config import GatewaySettings
from spaces.gateway.errors import GatewayError
from spaces.placement import REPORT_EVERY_SECONDS, Report

logger = logging.getLogger(__name__)

ANSWERS_WITHIN_SECONDS: Final = 2.0
_UDP_TABLES: Final = ("/proc/net/udp", "/proc/net/udp6")
_NETWORKS: Final = "/proc/net/dev"


class Reporter:
    """The reports of the gateway of this machine, which `settings` configure. `run` works until it is cancelled.

    `count_rooms` asks both plugins; it raises `GatewayError`.
    """

    def __init__(self, name: str, settings: GatewaySettings, *, count_rooms: Callable[[], Awaitable[int]]) -> None:
        self.name = name
        self._settings = settings
        self._count_rooms = count_rooms
        self._draining = False
        self._version = ""
        self._sent = (time.monotonic(), _sent_bytes())
        self._is_silent = False

    async def run(self) -> None:
        """Report until cancelled. Then withdraw the report, so that Spaces move at once."""
        try:
            while True:
                began = time.monotonic()
                await self._report()
                await asyncio.sleep(max(0.0, REPORT_EVERY_SECONDS - (time.monotonic() - began)))
        finally:
            await asyncio.shield(asyncio.to_thread(self._end))

    def _end(self) -> None:
        try:
            placement.withdraw_report(self.name)
        except redis.RedisError as error:
            logger.warning("the report of gateway %s is left to run out: %s", self.name, error)

    async def _report(self) -> None:
        """Measure and report. A gateway that does not answer is not reported: its lease then runs out."""
        try:
            async with asyncio.timeout(ANSWERS_WITHIN_SECONDS):
                report = await self.measure()
            self._draining = await asyncio.to_thread(placement.write_report, report)
        except (GatewayError, TimeoutError, redis.RedisError, OSError) as error:
            if not self._is_silent:
                logger.warning("gateway %s is not reported: %s", self.name, error)
            self._is_silent = True
            return
        if self._is_silent:
            logger.warning("gateway %s is reported again", self.name)
        self._is_silent = False

    async def measure(self) -> Report:
        """Return how the gateway is now. Raise `GatewayError`, and `OSError` if the admin API is away."""
        began = time.monotonic()
        rooms = await self._count_rooms()
        lag = time.monotonic() - began
        async with AdminClient(self._settings.admin_url, admin_secret=self._settings.admin_secret) as admin:
            self._version = self._version or await admin.version()
            sessions = await admin.list_sessions()
            handles = sum([len(await admin.list_handles(session_id=session)) for session in sessions])
        return Report(
            name=self.name,
            version=self._version,
            sessions=len(sessions),
            handles=handles,
            rooms=rooms,
            lag_ms=round(lag * 1000, 1),
            free_ports=free_ports(self._settings.media_ports),
            megabits_per_second=self._megabits(),
            threads=self._settings.event_loops,
            draining=self._draining,
        )

    def _megabits(self) -> float:
        (before, sent_before), now = self._sent, (time.monotonic(), _sent_bytes())
        self._sent = now
        seconds = max(now[0] - before, REPORT_EVERY_SECONDS / 10)
        return round(max(0, now[1] - sent_before) * 8 / 1e6 / seconds, 1)


def free_ports(ports: tuple[int, int]) -> int:
    """Return how many UDP ports of a range no socket of this machine has."""
    first, last = ports
    taken: set[int] = set()
    for table in _UDP_TABLES:
        try:
            rows = Path(table).read_text().splitlines()[1:]
        except OSError:  # no IPv6
            continue
        taken |= {int(row.split(maxsplit=2)[1].rpartition(":")[2], 16) for row in rows}
    return last - first + 1 - sum(first <= port <= last for port in taken)


def _sent_bytes() -> int:
    """Return the bytes that this machine has sent so far, on all networks but loopback (proc(5), `/proc/net/dev`)."""
    try:
        rows = [row.partition(":") for row in Path(_NETWORKS).read_text().splitlines()[2:]]
    except OSError:
        return 0
    return sum(int(numbers.split()[8]) for name, _, numbers in rows if name.strip() != "lo")
