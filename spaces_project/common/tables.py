"""Tables of allowed moves, refused at import when they are wrong."""

from collections.abc import Mapping
from enum import Enum
from typing import Generic, TypeVar

State = TypeVar("State", bound=Enum)


class Moves(Generic[State]):
    """`Moves(Light, {Light.RED: {Light.GREEN}, …})`: which state may follow which.

    Raises `ValueError` at construction when a state is missing from the table, so that a new state cannot be forgotten.
    """

    def __init__(self, states: type[State], table: Mapping[State, set[State]]) -> None:
        missing = set(states) - set(table)
        if missing:
            raise ValueError(f"no moves given for {sorted(s.name for s in missing)}")
        self._table = {state: frozenset(following) for state, following in table.items()}

    def allows(self, current: State, following: State) -> bool:
        return following in self._table[current]

    def into(self, following: State) -> frozenset[State]:
        """Every state from which `following` may be reached: the `WHERE` of a compare-and-swap."""
        return frozenset(state for state, targets in self._table.items() if following in targets)

    def final(self) -> frozenset[State]:
        return frozenset(state for state, targets in self._table.items() if not targets)
