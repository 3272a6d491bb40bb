"""Lanes: groups of a mixer room, each of which carries one voice alone and may be forwarded by itself.

Every voice enters in the idle group, which nobody ever forwards, and leaves it only for the lane that the database
names. A process can move only the voices whose connections it holds.
"""

from typing import Final

from spaces.gateway.audiobridge import MAX_GROUPS

LANES: Final = MAX_GROUPS - 1
IDLE: Final = "idle"
GROUPS: Final = (*(f"lane{number}" for number in range(LANES)), IDLE)


def group_of(lane: int | None) -> str:
    return IDLE if lane is None else GROUPS[lane]
