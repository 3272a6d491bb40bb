"""What in a text becomes a link."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spaces_project.common.text import clean_text
from timeline.links import first_space_id, mentioned_usernames, pieces
from timeline.templatetags.timeline import post_text, short_count

SPACE = "1abcDEF234567"


def test_people_and_addresses_are_links() -> None:
    markup = post_text("Hi @ada: https://example.com/x.")
    assert markup.startswith('Hi <a href="/ada">@ada</a>: <a href="https://example.com/x" rel="nofollow noopener ugc"')
    assert markup.endswith(">example.com/x</a>.")


@pytest.mark.asvs("1.2.2", "1.3.1")
def test_markup_is_text() -> None:
    assert post_text('<b onclick="x">') == "&lt;b onclick=&quot;x&quot;&gt;"


@pytest.mark.parametrize("text", ["mail@example.com", "a@b", "@sixteen_letters_x", "javascript:alert(1)", "#1"])
def test_what_is_no_link(text: str) -> None:
    assert "<a" not in post_text(text)


@pytest.mark.parametrize(
    "text",
    [
        f"come http://localhost:8000/i/spaces/{SPACE}",
        f"/i/spaces/{SPACE} now",
        f"http://127.0.0.1:8000/i/spaces/{SPACE}/",
    ],
)
def test_links_to_spaces_of_this_site(text: str) -> None:
    assert first_space_id(text) == SPACE


@pytest.mark.parametrize(
    "text", [f"https://elsewhere.example/i/spaces/{SPACE}", "/i/spaces/short", f"x/i/spaces/{SPACE}"]
)
def test_other_links_are_none(text: str) -> None:
    assert first_space_id(text) is None


def test_the_link_above_its_card_is_left_out() -> None:
    assert post_text(f"Come /i/spaces/{SPACE}", without_space=SPACE) == "Come"


def test_each_person_is_mentioned_once() -> None:
    assert mentioned_usernames("@ada and @grace, @ada") == ["ada", "grace"]


@given(st.text(max_size=200))
def test_the_pieces_are_the_text(text: str) -> None:
    assert "".join(piece.text for piece in pieces(text)) == text


def test_lines_stay_lines() -> None:
    assert clean_text("one  \r\n\n\n\ttwo\u202e\x00 ", limit=280) == "one\n\ntwo"


@pytest.mark.parametrize(("number", "shown"), [(0, ""), (9_999, "9999"), (12_345, "12.3K"), (4_000_000, "4M")])
def test_short_counts(number: int, shown: str) -> None:
    assert short_count(number) == shown
