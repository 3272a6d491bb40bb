"""`docs/security.md` names every fault that was found and every requirement, and the tests that carry their marks."""

import re
from typing import Final

import pytest

from tests.faults.test_document import marks
from tests.support.processes import REPOSITORY

DOCUMENT: Final = (REPOSITORY / "docs/security.md").read_text()
TEST: Final = re.compile(r"`(tests/\S+\.py)::(test_\w+)`")
FAULT: Final = re.compile(r"^\| ([ABCF]\d+) \| (.+) \| (.+) \|$", re.MULTILINE)
REQUIREMENT: Final = re.compile(
    r"^\| (\d+\.\d+\.\d+) \| L([123]) \| (met|not used|operator|unmet) \| (.+) \| (.+) \|$", re.MULTILINE
)

# FAULTS.md left these numbers out when it was written.
_NOT_GIVEN_OUT: Final = {"A8", "A16", "A23", "A27", "A29", "A31"}
FAULTS: Final = [
    row
    for part, count in {"C": 29, "A": 32, "B": 20, "F": 13}.items()
    for row in (f"{part}{number}" for number in range(1, count + 1))
    if row not in _NOT_GIVEN_OUT
]
FAULT_TESTS: Final = {row: told for row, _, told in FAULT.findall(DOCUMENT)}
REQUIREMENT_TESTS: Final = {row: told for row, _, _, _, told in REQUIREMENT.findall(DOCUMENT)}

# OWASP ASVS 5.0.0 has 253 requirements of levels 1 and 2, 70 of them of level 1.
REQUIREMENTS: Final = 253
REQUIREMENTS_OF_LEVEL_1: Final = 70


def test_every_fault_is_there_in_order() -> None:
    assert [row for row, _, _ in FAULT.findall(DOCUMENT)] == FAULTS


def test_every_requirement_is_there_in_order() -> None:
    rows = [row for row, *_ in REQUIREMENT.findall(DOCUMENT)]
    assert len({row for row, level, *_ in REQUIREMENT.findall(DOCUMENT) if level != "3"}) == REQUIREMENTS
    assert rows == sorted(rows, key=lambda row: [int(part) for part in row.split(".")])


def test_nothing_of_level_1_is_unmet() -> None:
    level_1 = {row: status for row, level, status, _, _ in REQUIREMENT.findall(DOCUMENT) if level == "1"}
    assert len(level_1) == REQUIREMENTS_OF_LEVEL_1
    assert "unmet" not in level_1.values()


def test_every_row_says_how_or_why_not() -> None:
    assert not [row for row, _, _, how, _ in REQUIREMENT.findall(DOCUMENT) if len(how) < len("LDAP: none")]


@pytest.mark.parametrize(
    ("mark", "row", "told"),
    [
        *(("security", row, told) for row, told in FAULT_TESTS.items()),
        *(("asvs", row, told) for row, told in REQUIREMENT_TESTS.items()),
    ],
)
def test_a_row_names_a_test_that_carries_its_mark_or_none_does(mark: str, row: str, told: str) -> None:
    named = TEST.search(told)
    marked = {test for test, rows in marks(mark).items() if row in rows}
    if named is None:
        assert not marked
    else:
        assert (named[1], named[2]) in marked


@pytest.mark.parametrize(("mark", "rows"), [("security", FAULT_TESTS), ("asvs", REQUIREMENT_TESTS)])
def test_marks_are_rows_of_the_document(mark: str, rows: dict[str, str]) -> None:
    assert {row for marked in marks(mark).values() for row in marked} <= rows.keys()
