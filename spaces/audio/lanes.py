"""Name the lanes: groups of a mixer room that each carry one voice alone and can be forwarded separately.

Every voice enters in the idle group, which is never forwarded. It moves to a lane only when the database names one. A
process can move only the voices whose connections it holds.
"""

from typing import Final

from spaces.gateway.audiobridge import MAX_GROUPS

LANES: Final = MAX_GROUPS - 1
IDLE: Final = "idle"
GROUPS: Final = (*(f"lane{number}" for number in range(LANES)), IDLE)


def group_of(lane: int | None) -> str:
    """Return the mixer group of a lane number, or the idle group for None."""
    return IDLE if lane is None else GROUPS[lane]
