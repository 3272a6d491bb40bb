"""Which words of a draft are shown."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captions.agreement import Agreement
from captions.recognised import Draft


def shown(*drafts: str) -> list[str]:
    """Return the text shown after these drafts. The part of a draft before `|` is likely."""
    agreement, texts = Agreement(), []
    for draft in drafts:
        likely, _, rest = draft.rpartition("|")
        agreement = agreement.after(Draft(likely + rest, likely))
        texts.append(agreement.shown)
    return texts


@pytest.mark.parametrize(
    ("drafts", "expected"),
    [
        (["Hello", "Hello there"], ["", "Hello"]),
        (["Hello the", "Hello there my"], ["", "Hello"]),
        (["Hello there.", "Hello there, my friend."], ["", "Hello there"]),
        (["Hello", "Yellow"], ["", ""]),
        (["don", "don't go"], ["", ""]),
        (["And Mr. John| Dashwood."], ["And Mr. John"]),
        (["And Mr.|"], ["And Mr"]),
        (["One| two three", "One two four| five"], ["One", "One two four"]),
        (["One two|", "Won too three|"], ["One two", "One two"]),
        (["今天", "今天天气"], ["", "今天"]),
    ],
)
def test_what_two_drafts_agree_on_is_shown(drafts: list[str], expected: list[str]) -> None:
    assert shown(*drafts) == expected


@given(st.lists(st.text("ab c.|", max_size=12), max_size=6))
def test_nothing_that_was_shown_is_taken_back(drafts: list[str]) -> None:
    texts = shown(*drafts)
    assert all(after.startswith(before) for before, after in itertools.pairwise(texts))
