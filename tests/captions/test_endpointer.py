"""Where a voice begins, and where it stops."""

from dataclasses import replace
from pathlib import Path

import pytest

from captions.ingest import rtp
from captions.ingest.endpointer import LONGEST_MS, Endpointer, Heard
from captions.ingest.voices import Arrival, Speaker, Utterance, Voices
from tests.support.voice import packets, silence, spoken

RATE = 16_000
SENTENCE = "the weather is very good today"


@pytest.fixture(scope="module")
def sentence(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return spoken(tmp_path_factory.mktemp("speech") / "sentence.wav", SENTENCE, rate=RATE)


def quiet(seconds: float) -> bytes:
    return silence(seconds, rate=RATE)


def found(sound: bytes) -> list[Heard]:
    """Return the utterances in a sound that comes as from the decoder: in pieces of 20 ms, the first at 10,000 ms."""
    endpointer, ended = Endpointer(), []
    for number, start in enumerate(range(0, len(sound), 640)):
        ended += endpointer.push(sound[start : start + 640], at_ms=10_000 + number * 20)
    return ended


def test_silence_is_no_utterance() -> None:
    assert found(quiet(5)) == []


def test_a_click_is_no_utterance() -> None:
    assert found(quiet(1) + b"\xff\x7f" * 300 + quiet(2)) == []


def test_a_sentence_is_one_utterance_from_beginning_to_end(sentence: bytes) -> None:
    [heard] = found(quiet(1) + sentence + quiet(1))
    assert 10_700 <= heard.start_ms <= 11_200
    assert abs(heard.end_ms - (11_000 + len(sentence) / 32)) < 350


def test_a_pause_makes_two(sentence: bytes) -> None:
    first, second = found(quiet(1) + sentence + quiet(1) + sentence + quiet(1))
    assert first.end_ms < second.start_ms


def test_one_who_never_pauses_is_cut(sentence: bytes) -> None:
    assert all(heard.end_ms - heard.start_ms <= LONGEST_MS for heard in found(sentence * 15 + quiet(1)))


def test_what_is_being_spoken_can_be_heard_so_far(sentence: bytes) -> None:
    endpointer = Endpointer()
    assert endpointer.push(quiet(0.5) + sentence, at_ms=0) == []
    so_far, whole = endpointer.so_far(), endpointer.finish()
    assert so_far is not None
    assert whole is not None
    assert (so_far.ended, whole.ended, so_far.start_ms) == (False, True, whole.start_ms)
    assert endpointer.finish() is None


# --- Lanes that change hands ---

ADA, GRACE = Speaker(1, 1, 1), Speaker(1, 2, 1)


def told(arrivals: list[Arrival]) -> list[Utterance]:
    utterances: list[Utterance] = []
    voices = Voices(utterances.append)
    for arrival in arrivals:
        voices.take(arrival)
    return utterances


@pytest.fixture(scope="module")
def arrivals(tmp_path_factory: pytest.TempPathFactory) -> list[Arrival]:
    """Ada's sentence with a pause before and after."""
    path: Path = tmp_path_factory.mktemp("speech") / "sentence.wav"
    sound = silence(1) + spoken(path, SENTENCE) + silence(1)
    return [Arrival(9, n * 20, ADA, rtp.parse(packet)) for n, packet in enumerate(packets(sound, ssrc=9))]


def test_interims_come_while_somebody_speaks_and_then_the_whole(arrivals: list[Arrival]) -> None:
    utterances = told(arrivals)
    assert [u.heard.ended for u in utterances] == [False] * (len(utterances) - 1) + [True]
    assert len(utterances) >= 2
    assert {u.heard.start_ms for u in utterances} == {utterances[0].heard.start_ms}


def test_what_was_said_ends_with_the_lane(arrivals: list[Arrival]) -> None:
    middle = len(arrivals) // 2
    changed = Arrival(9, arrivals[middle].at_ms, GRACE, None)
    utterances = told([*arrivals[:middle], changed])
    assert [(u.speaker, u.heard.ended) for u in utterances if u.heard.ended] == [(ADA, True)]


def test_nothing_of_one_voice_comes_under_the_next_name(arrivals: list[Arrival]) -> None:
    middle = len(arrivals) // 2
    of_grace = [Arrival(9, a.at_ms, GRACE, a.packet) for a in arrivals[middle:]]
    utterances = told([*arrivals[:middle], *of_grace])
    border_ms = arrivals[middle].at_ms
    assert all(u.heard.end_ms <= border_ms + 60 for u in utterances if u.speaker is ADA)
    assert all(u.heard.start_ms >= border_ms - 60 for u in utterances if u.speaker is GRACE)


def test_times_are_on_the_clock_of_the_space_however_late_packets_come(arrivals: list[Arrival]) -> None:
    late = [Arrival(9, a.at_ms + (n % 5) * 30, ADA, a.packet) for n, a in enumerate(arrivals)]
    assert abs(told(late)[-1].heard.start_ms - told(arrivals)[-1].heard.start_ms) <= 60


@pytest.mark.parametrize("first", [1, 30_000])
def test_a_gateway_that_was_away_leaves_what_follows_on_the_clock(arrivals: list[Arrival], first: int) -> None:
    """Let another gateway count its packets from elsewhere, or go on where the last one ended."""
    away_ms = arrivals[-1].at_ms + 6_000
    again = [
        Arrival(9, away_ms + n * 20, ADA, replace(arrival.packet, sequence=first + len(arrivals) + n))
        for n, arrival in enumerate(arrivals)
        if arrival.packet
    ]
    middle = len(arrivals) // 2
    first_half, whole = [u.heard for u in told([*arrivals[:middle], *again]) if u.heard.ended]
    assert first_half.end_ms <= arrivals[middle].at_ms + 60
    [alone] = [u.heard for u in told(arrivals) if u.heard.ended]
    assert abs(whole.start_ms - (away_ms + alone.start_ms)) <= 60
