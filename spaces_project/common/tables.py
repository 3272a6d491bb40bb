"""Tables of allowed state changes, which are checked at import."""

from collections.abc import Mapping
from enum import Enum
from typing import Generic, TypeVar

State = TypeVar("State", bound=Enum)


class Moves(Generic[State]):
    """A table that says which state may follow which: `Moves(Light, {Light.RED: {Light.GREEN}, …})`.

    Raises `ValueError` on construction if a state is missing, so that a new state cannot be forgotten.
    """

    def __init__(self, states: type[State], table: Mapping[State, set[State]]) -> None:
        missing = set(states) - set(table)
        if missing:
            raise ValueError(f"no moves given for {sorted(s.name for s in missing)}")
        self._table = {state: frozenset(following) for state, following in table.items()}

    def allows(self, current: State, following: State) -> bool:
        return following in self._table[current]

    def into(self, following: State) -> frozenset[State]:
        """Return every state that `following` can be reached from: the `WHERE` of a compare-and-swap."""
        return frozenset(state for state, targets in self._table.items() if following in targets)

    def final(self) -> frozenset[State]:
        return frozenset(state for state, targets in self._table.items() if not targets)
