"""`docs/faults.md` names every row of the catalogue, and says of each what the tests' marks say."""

import ast
import re
from collections import defaultdict
from functools import cache
from typing import Final

import pytest

from tests.support.processes import REPOSITORY

CATALOGUE: Final = {"A": 21, "B": 10, "C": 11, "D": 16, "E": 9, "F": 9}
ROWS: Final = [f"{part}{number}" for part, count in CATALOGUE.items() for number in range(1, count + 1)]
LINE: Final = re.compile(r"^\| ([A-F]\d+) \| (.+) \| (.+) \|$", re.MULTILINE)
TEST: Final = re.compile(r"`(tests/\S+\.py)::(test_\w+)`")
FILE: Final = re.compile(r"`([\w/]+\.(?:py|txt))`")

DOCUMENT: Final = (REPOSITORY / "docs/faults.md").read_text()
SAID: Final = {row: told for row, _, told in LINE.findall(DOCUMENT)}


def test_every_row_is_there_in_order() -> None:
    assert [row for row, _, _ in LINE.findall(DOCUMENT)] == ROWS


@pytest.mark.parametrize("row", [row for row in ROWS if TEST.search(SAID.get(row, ""))])
def test_a_named_test_carries_the_mark(row: str) -> None:
    named = TEST.search(SAID[row])
    assert named is not None
    assert row in marks()[named[1], named[2]]


@pytest.mark.parametrize("row", ROWS)
def test_a_row_with_a_marked_test_names_one(row: str) -> None:
    is_marked = any(row in rows for rows in marks().values())
    assert bool(TEST.search(SAID[row])) == is_marked


def test_marks_are_rows_of_the_catalogue() -> None:
    assert {row for rows in marks().values() for row in rows} <= set(ROWS)


def test_what_a_reason_refers_to_exists() -> None:
    referred = {path for told in SAID.values() if not TEST.search(told) for path in FILE.findall(told)}
    assert referred
    assert not {path for path in referred if not (REPOSITORY / path).exists()}


@cache
def marks(mark: str = "fault") -> dict[tuple[str, str], set[str]]:
    """Return `{(path, test): rows}` of one kind of mark; a mark of a whole file belongs to each of its tests."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for path in sorted((REPOSITORY / "tests").rglob("test_*.py")):
        tree = ast.parse(path.read_text())
        name = str(path.relative_to(REPOSITORY))
        tests = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        everywhere = {row for node in tree.body if isinstance(node, ast.Assign) for row in rows_in(node, mark)}
        for test in filter(lambda node: node.name.startswith("test_"), tests):
            found[name, test.name] = everywhere | {row for node in test.decorator_list for row in rows_in(node, mark)}
    return found


def rows_in(node: ast.AST, mark: str) -> set[str]:
    return {
        str(argument.value)
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == mark
        for argument in call.args
        if isinstance(argument, ast.Constant)
    }
