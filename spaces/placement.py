"""The gateways of the site as they report themselves, and the choice of one for a Space that starts.

`settings.GATEWAYS` names every gateway. Beside each one, `run_gateway` writes a report into Redis every second, with a
lease: a gateway whose report has run out does not answer. A site with one gateway asks nothing of Redis here.
"""

import logging
from collections.abc import Collection
from random import SystemRandom
from typing import Final

import msgspec
from django.conf import settings
from django.db.models import Q

from spaces_project.common.store import REDIS_AWAY, store

logger = logging.getLogger(__name__)

REPORT_EVERY_SECONDS: Final = 1.0
LEASE_SECONDS: Final = 3.0
"""Three reports, so that one late report moves no Space."""
ROOM_LOAD: Final = 20
"""A room costs a gateway as much as so many listeners: 2.7 % of a core against 0.14 (docs/measurements/listeners.md)"""
_SYSTEM: Final = SystemRandom()
_DRAIN, _SERVE = b"1", b"0"


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What a gateway says of itself.

    Attributes:
        version: of Janus, such as `1.1.2`.
        sessions, handles: of its API; each listener and each microphone is a handle.
        rooms: the number of mixer rooms, which is that of its live Spaces.
        lag_ms: how long both plugins took to answer.
        free_ports: UDP ports that are left for browsers; two of them carry a connection with IPv6.
        megabits_per_second: what the machine sends, on all its networks.
        threads: how many threads carry the media.
        draining: it takes no new Space.
    """

    name: str
    version: str
    sessions: int
    handles: int
    rooms: int
    lag_ms: float
    free_ports: int
    megabits_per_second: float
    threads: int
    draining: bool = False

    @property
    def load(self) -> float:
        """Return the load of one thread, in listeners."""
        return (self.handles + ROOM_LOAD * self.rooms) / max(1, self.threads)

    @property
    def accepts(self) -> bool:
        """Return whether new Spaces may be placed here."""
        return not self.draining and self.free_ports > 0


def place(*, but: str = "") -> str:
    """Return the gateway for a Space that starts: the less loaded of two random ones that take new Spaces. Two choices
    spread Spaces nearly as well as looking for the least loaded of all, and many Spaces that start at once do not meet
    on one gateway.

    If no gateway takes new Spaces, one that answers is chosen, and if Redis is away any one: a Space without sound for
    a moment is better than none. `but` is left out if there is another.
    """
    names = [name for name in settings.GATEWAYS if name != but] or list(settings.GATEWAYS)
    if len(names) == 1:
        return names[0]
    try:
        found = [report for report in reports() if report.name in names]
    except REDIS_AWAY as error:
        logger.warning("a Space is placed without asking how loaded the gateways are: %s", error)
        found = []
    return _less_loaded(found) or _SYSTEM.choice(names)


def place_elsewhere(than: str, found: Collection[Report]) -> str | None:
    """Return the gateway for a Space that leaves `than`, or None if no other one answers."""
    return _less_loaded([report for report in found if report.name != than])


def _less_loaded(found: list[Report]) -> str | None:
    candidates = [report for report in found if report.accepts] or found
    if not candidates:
        return None
    two = _SYSTEM.sample(candidates, min(2, len(candidates)))
    return min(two, key=lambda report: report.load).name


def taken_here(field: str = "gateway") -> Q:
    """Return the condition for Spaces whose files and lanes the processes of this machine take. `field` leads from the
    rows that are asked for to the name of the gateway."""
    return Q(**{f"{field}__in": settings.GATEWAYS_HERE}) if settings.GATEWAYS_HERE else Q()


def reports() -> list[Report]:
    """Return the reports of all gateways that answer, in the order of the settings. Raise `REDIS_AWAY`."""
    written = store().mget([_report_key(name) for name in settings.GATEWAYS])
    return [msgspec.json.decode(text, type=Report) for text in written if text is not None]


def write_report(report: Report) -> bool:
    """Write the report of a gateway, and return whether the gateway is to be drained. Raise `REDIS_AWAY`.

    An order that Redis has lost is given again: `report.draining` is what this returned last.
    """
    pipeline = store().pipeline(transaction=False)
    pipeline.set(_order_key(report.name), _DRAIN if report.draining else _SERVE, nx=True)
    pipeline.get(_order_key(report.name))
    draining = bool(pipeline.execute()[1] == _DRAIN)
    written = msgspec.json.encode(msgspec.structs.replace(report, draining=draining))
    store().set(_report_key(report.name), written, px=int(LEASE_SECONDS * 1000))
    return draining


def withdraw_report(name: str) -> None:
    """Remove the report of a gateway that ends. Raise `REDIS_AWAY`."""
    store().delete(_report_key(name))


def order_drain(name: str, *, drain: bool) -> None:
    """Let a gateway take no new Space from now on, or let it take them again. Raise `REDIS_AWAY`."""
    store().set(_order_key(name), _DRAIN if drain else _SERVE)
    report = next((report for report in reports() if report.name == name), None)
    if report is not None:  # do not wait for its next report: a Space may start at any moment
        changed = msgspec.structs.replace(report, draining=drain)
        store().set(_report_key(name), msgspec.json.encode(changed), xx=True, keepttl=True)


def _report_key(name: str) -> str:
    return f"{settings.SITE_MARK}:gateway:{name}:report"


def _order_key(name: str) -> str:
    return f"{settings.SITE_MARK}:gateway:{name}:drains"
