"""Move live Spaces away from a gateway: from one that died, by `GatewayWatch`, or from one that is to be stopped."""

import contextlib
import logging
import random
import time
from collections.abc import Collection
from functools import partial
from typing import Final

from django.conf import settings
from django.db.models import QuerySet

from spaces import placement, services
from spaces.audio.gateways import pool
from spaces.audio.rooms import close_room
from spaces.gateway.errors import GatewayError, GatewayUnavailable
from spaces.models import Space
from spaces.placement import Report
from spaces.states import SpaceState
from spaces_project.common.errors import NotFound

logger = logging.getLogger(__name__)

LOOK_EVERY_SECONDS: Final = 0.5
MISSING_SECONDS: Final = 1.0
"""How long a report must be missing. After Redis has lost its data, all reports are back within this time."""
ANSWERS_WITHIN_SECONDS: Final = 1.5
CLOSES_WITHIN_SECONDS: Final = 2.0


class GatewayWatch:
    """A look at the gateways of a site that has several, for one process. `look` is called every half second."""

    def __init__(self) -> None:
        self._missing: dict[str, float] = {}

    def look(self) -> None:
        """Move the Spaces of gateways that are dead: the report is missing, and the gateway does not answer this
        process either. A gateway that only lost its way to Redis keeps its Spaces. Raise `REDIS_AWAY`."""
        found = placement.reports()
        reported = {report.name for report in found}
        for name in settings.GATEWAYS:
            if name in reported or not reported:  # without any report there is no place to move to
                self._missing.pop(name, None)
            elif self._is_missing_for_long(name) and not _answers(name):
                move_all(name, found)

    def _is_missing_for_long(self, name: str) -> bool:
        now = time.monotonic()
        return now - self._missing.setdefault(name, now) >= MISSING_SECONDS


def _answers(name: str) -> bool:
    try:
        pool().run(name, lambda gateway: gateway.bridge.list_rooms(), timeout=ANSWERS_WITHIN_SECONDS)
    except GatewayError:
        return False
    return True


def move_all(leaves: str, found: Collection[Report]) -> int:
    """Move every live Space away from a gateway, and return how many there were. Each one is placed by itself."""
    spaces = list(_live().filter(gateway=leaves).values_list("public_id", flat=True))
    random.shuffle(spaces)  # several processes do this at once
    return sum(_move(public_id, leaves, found) for public_id in spaces)


def move_strays() -> int:
    """Move every live Space whose gateway the settings do not name, as after a gateway got another name. Return how
    many there were."""
    strays = list(_live().exclude(gateway__in=list(settings.GATEWAYS)).values_list("public_id", "gateway"))
    return sum(
        services.move_space(public_id=public_id, leaves=gateway, goes_to=placement.place())
        for public_id, gateway in strays
    )


def drain(name: str, *, move: bool) -> int:
    """Place no new Space on a gateway from now on. With `move` its live Spaces go to others at once; return how many.

    Raise `GatewayUnavailable` if there is no such gateway, and `REDIS_AWAY`.
    """
    _require(name)
    placement.order_drain(name, drain=True)
    if not move:
        return 0
    rooms = list(_live().filter(gateway=name).values_list("room", flat=True))
    moved = move_all(name, placement.reports())
    for room in rooms if moved else ():
        with contextlib.suppress(GatewayError):  # a leftover is removed within ten seconds
            pool().run(name, partial(close_room, room=room), timeout=CLOSES_WITHIN_SECONDS)
    return moved


def undrain(name: str) -> None:
    """Let a gateway take new Spaces again. Raise `GatewayUnavailable` if there is no such gateway, and `REDIS_AWAY`."""
    _require(name)
    placement.order_drain(name, drain=False)


def spaces_on(name: str) -> int:
    """Return how many live Spaces a gateway carries."""
    return _live().filter(gateway=name).count()


def _move(public_id: str, leaves: str, found: Collection[Report]) -> bool:
    goes_to = placement.place_elsewhere(leaves, found)
    if goes_to is None:
        return False
    try:
        is_moved = services.move_space(public_id=public_id, leaves=leaves, goes_to=goes_to)
    except NotFound:
        return False
    if is_moved:
        logger.warning("Space %s moves from gateway %s to %s", public_id, leaves, goes_to)
    return is_moved


def _live() -> "QuerySet[Space]":
    return Space.objects.filter(state=SpaceState.LIVE)


def _require(name: str) -> None:
    if name not in settings.GATEWAYS:
        raise GatewayUnavailable(f"there is no gateway {name}; GATEWAYS names {', '.join(settings.GATEWAYS)}")
