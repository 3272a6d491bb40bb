"""How long what was said is kept, and what keeps it longer."""

from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Final, TypeVar

KEPT: Final = timedelta(days=30)
KEPT_WHILE_HELD: Final = timedelta(days=90)

Holder = Callable[[Collection[int]], set[int]]
H = TypeVar("H", bound=Holder)
_holders: list[Holder] = []


def holder(holds: H) -> H:
    """Register a function that returns which of the given ids of Spaces must be kept for a report or an appeal."""
    _holders.append(holds)
    return holds


def held(space_ids: Collection[int]) -> set[int]:
    """Return those of `space_ids` whose sound and captions must not be deleted before `KEPT_WHILE_HELD`."""
    return {space_id for holds in _holders for space_id in holds(space_ids)}
