import json
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from spaces.recordings import turns
from spaces.recordings.turns import Chapter, ReplayTurn


def said(speaker: int, start: float, end: float, words: str = "") -> ReplayTurn:
    return ReplayTurn(speaker, f"person{speaker}", f"Person {speaker}", round(start * 1000), round(end * 1000), words)


def test_a_breath_does_not_end_a_turn() -> None:
    talk = [said(1, 0, 4, "Good"), said(2, 4.2, 4.8, "Yes"), said(1, 5, 9, "evening"), said(1, 11, 12)]
    assert turns.merged(talk) == [said(1, 0, 9, "Good evening"), said(2, 4.2, 4.8, "Yes"), said(1, 11, 12)]


def test_the_next_turn_is_of_another_person() -> None:
    talk = [said(1, 0, 10), said(2, 12, 15), said(1, 16, 20), said(3, 18, 19)]
    assert turns.next_turn(talk, 5_000) == talk[1]
    assert turns.next_turn(talk, 11_000) == talk[1]
    assert turns.next_turn(talk, 17_000) == talk[3]
    assert turns.next_turn(talk, 18_500) is None


def test_short_turns_open_no_chapter() -> None:
    talk = [said(1, 3, 60, "Welcome to all"), said(2, 60, 65, "Thanks"), said(1, 65, 90), said(2, 95, 150, "So, first")]
    assert turns.chapters(talk, length_ms=160_000) == [
        Chapter(0, 95_000, "Person 1: Welcome to all"),
        Chapter(95_000, 160_000, "Person 2: So, first"),
    ]


def test_a_recording_in_which_nothing_is_said_has_no_chapters() -> None:
    assert turns.chapters([], length_ms=60_000) == []


def test_a_long_first_sentence_is_cut_at_a_word() -> None:
    [chapter] = turns.chapters([said(1, 0, 60, "word " * 40)], length_ms=60_000)
    assert chapter.title == "Person 1: " + "word " * 11 + "word…"


@given(st.lists(st.tuples(st.integers(1, 4), st.floats(0, 9_000), st.floats(0.1, 300)), max_size=120))
def test_chapters_are_few_and_leave_no_hole(talk: list[tuple[int, float, float]]) -> None:
    merged = turns.merged(said(speaker, start, start + length) for speaker, start, length in talk)
    length_ms = 9_400_000
    found = turns.chapters(merged, length_ms=length_ms)
    assert len(found) <= turns.MOST_CHAPTERS
    assert not found or (found[0].starts_ms, found[-1].ends_ms) == (0, length_ms)
    assert all(one.ends_ms == later.starts_ms > one.starts_ms for one, later in pairwise(found))


def test_the_chapters_file_has_seconds_and_a_version() -> None:
    written = json.loads(turns.chapters_json([Chapter(0, 1_500, "A <b>"), Chapter(1_500, 2_000, "Ü")]))
    assert written == {
        "version": "1.2.0",
        "chapters": [{"startTime": 0.0, "title": "A <b>"}, {"startTime": 1.5, "title": "Ü"}],
    }
