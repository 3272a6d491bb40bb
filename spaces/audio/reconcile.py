"""Compare each gateway with the database, and repair the gateway.

This runs in the periodic task and by command. It lists the rooms before it reads the database. A room is opened only
after its Space is live in the database, so a room that the later reading does not know is a leftover.
"""

import contextlib
from dataclasses import dataclass
from functools import partial

from django.conf import settings

from spaces import selectors
from spaces.audio.follow import bring_in_line
from spaces.audio.gateways import pool
from spaces.audio.moving import move_strays
from spaces.audio.rooms import close_room, feed_anew
from spaces.gateway.errors import GatewayError, NotAuthorised
from spaces.gateway.pool import Gateway
from spaces.selectors import Mix

DEADLINE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class ReconcileResult:
    """The numbers of live Spaces compared, of feeds renewed, and of leftovers (rooms and mountpoints) removed."""

    spaces: int
    refed: int
    removed: int


def reconcile() -> ReconcileResult:
    """Compare and repair every gateway. Raise the `GatewayError` of one that is away after all others are done.

    Spaces on a gateway that the settings do not name any more move to one that they name.
    """
    move_strays()
    results: list[ReconcileResult] = []
    errors: list[GatewayError] = []
    for name in settings.GATEWAYS:
        try:
            results.append(_reconcile(name))
        except GatewayError as error:
            errors.append(error)
    if errors:
        raise errors[0]
    return ReconcileResult(
        spaces=sum(result.spaces for result in results),
        refed=sum(result.refed for result in results),
        removed=sum(result.removed for result in results),
    )


def _reconcile(gateway: str) -> ReconcileResult:
    found = pool().run(gateway, _found, timeout=DEADLINE_SECONDS)
    mixes = selectors.live_mixes(gateway)
    leftovers = sorted(found - {mix.room for mix in mixes})
    refed = sum(_repair(mix) for mix in mixes)
    for room in leftovers:
        pool().run(gateway, partial(_remove, room=room), timeout=DEADLINE_SECONDS)
    return ReconcileResult(spaces=len(mixes), refed=refed, removed=len(leftovers))


def _repair(mix: Mix) -> bool:
    bring_in_line(mix.space_id)
    return pool().run(mix.gateway, partial(feed_anew, room=mix.room, capture=mix.capture), timeout=DEADLINE_SECONDS)


async def _found(gateway: Gateway) -> set[str]:
    rooms = await gateway.bridge.list_rooms()
    mountpoints = await gateway.streaming.list_mountpoints()
    return {room.id for room in rooms} | {mountpoint.id for mountpoint in mountpoints}


async def _remove(gateway: Gateway, room: str) -> None:
    with contextlib.suppress(NotAuthorised):  # made with another site's key, so it belongs to that site
        await close_room(gateway, room)
