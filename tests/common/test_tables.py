"""Tables of allowed moves."""

import re
from enum import Enum
from pathlib import Path

import pytest

from spaces.states import REQUEST_MOVES, ROLE_MOVES, SPACE_MOVES, Role, SpaceState
from spaces_project.common.tables import Moves


class Light(Enum):
    RED = 1
    GREEN = 2
    BROKEN = 3


MOVES = Moves(
    Light, {Light.RED: {Light.GREEN, Light.BROKEN}, Light.GREEN: {Light.RED, Light.BROKEN}, Light.BROKEN: set()}
)


def test_a_table_that_forgets_a_state_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no moves given for .*BROKEN.*GREEN"):
        Moves(Light, {Light.RED: {Light.GREEN}})


@pytest.mark.asvs("2.1.2")
def test_what_may_follow() -> None:
    assert MOVES.allows(Light.RED, Light.GREEN)
    assert not MOVES.allows(Light.BROKEN, Light.GREEN)
    assert not MOVES.allows(Light.RED, Light.RED)


def test_from_where_and_where_it_ends() -> None:
    assert MOVES.into(Light.GREEN) == {Light.RED}
    assert MOVES.final() == {Light.BROKEN}


@pytest.mark.parametrize(("moves", "ends"), [(SPACE_MOVES, 2), (REQUEST_MOVES, 3), (ROLE_MOVES, 0)])
def test_our_own_tables_end_where_they_should(moves: Moves[SpaceState], ends: int) -> None:
    assert len(moves.final()) == ends


def test_a_host_comes_from_cohosts_only() -> None:
    assert ROLE_MOVES.into(Role.HOST) == {Role.COHOST}


def test_every_table_is_asked_by_a_verb() -> None:
    """Find tables that no verb asks. Such a table reads as a guarantee and is none."""
    sources = {path: path.read_text() for app in ("spaces", "captions") for path in Path(app).rglob("*.py")}
    tables = {name for text in sources.values() for name in re.findall(r"^(\w+_MOVES) = Moves", text, re.M)}
    asked = {name for text in sources.values() for name in re.findall(r"(\w+_MOVES)\.(?:allows|into)\(", text)}
    assert tables == asked != set()
