"""Text that people type."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spaces_project.common.text import clean_line

TABLE = {
    "plain": ("Open hour", "Open hour"),
    "nothing": ("", ""),
    "spaces only": (" \t\r\n\u00a0\u3000 ", ""),
    "inner spaces": ("a  b\tc\nd\u2003e\u2028f", "a b c d e f"),
    "html stays text": ("<b>&amp;</b>", "<b>&amp;</b>"),
    "decomposed letters": ("e\u0301a\u030a", "\u00e9\u00e5"),
    "compatibility letters stay": ("\ufb01 \u2460", "\ufb01 \u2460"),
    "right-to-left override": ("abc\u202edef\u202c", "abcdef"),
    "isolates": ("\u2066a\u2069", "a"),
    "marks of direction": ("\u200ea\u200f", "a"),
    "zero width": ("a\u200bb\u2060c\ufeffd\u00ade", "abcde"),
    "right-to-left words": ("\u05e9\u05dc\u05d5\u05dd", "\u05e9\u05dc\u05d5\u05dd"),
    "controls": ("a\x00b\x07c\x1bd\x7fe\x85f", "abcde f" if unicodedata.category("\x85") != "Cc" else "abcdef"),
    "private and unassigned": ("a\ue000b\uffffc\U000e0001d", "abcd"),
    "a lone surrogate": ("a\ud800b", "ab"),
    "stacked marks": ("Z" + "\u0336\u0337" * 20, "Z\u0336\u0337\u0336"),
    "stacked marks with joiners": ("Z" + "\u0336\u200d" * 20, "Z" + "\u0336\u200d" * 2 + "\u0336"),
    "a family": ("\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f468\u200d\U0001f469\u200d\U0001f467"),
    "a heart": ("\u2764\ufe0f", "\u2764\ufe0f"),
    "Persian": ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"),
    "joiners at the ends": ("\u200da\u200c", "a"),
    "joiners beside spaces": ("a \u200d b\u200d c", "a b c"),
    "many joiners": ("a\u200d\u200c\u200d\u200db", "a\u200db"),
    "only joiners": ("\u200d \u200c", ""),
    "a letter that shows nothing": ("a\u3164b\u115f\u1160\uffa0\u2800", "ab"),
    "a mark behind something invisible": ("e\u200b\u0301", "\u00e9"),
}


@pytest.mark.fault("F1")
@pytest.mark.parametrize(("typed", "stored"), TABLE.values(), ids=TABLE.keys())
def test_clean_line(typed: str, stored: str) -> None:
    assert clean_line(typed, limit=280) == stored


LETTERS = st.text(alphabet=st.one_of(st.characters(), st.sampled_from("e\u0301\u0336\u200d\u200c \u3164\u202e")))


@pytest.mark.fault("F1")
@settings(deadline=None, max_examples=300)
@given(LETTERS)
@pytest.mark.asvs("1.1.1")
def test_clean_text_is_clean(text: str) -> None:
    cleaned = clean_line(text, limit=4_000)
    assert clean_line(cleaned, limit=4_000) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert cleaned == cleaned.strip() and "  " not in cleaned
    assert {unicodedata.category(c) for c in cleaned if c not in "\u200c\u200d"}.isdisjoint(
        {"Cc", "Cf", "Cs", "Co", "Cn"}
    )
    cleaned.encode()
