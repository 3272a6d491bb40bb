import pytest
from hypothesis import given
from hypothesis import strategies as st

from spaces.selectors.timeline import Kept, Timeline, timeline
from tests.factories import SpaceFactory

KEPT = Timeline((Kept(1_000, 4_000), Kept(10_000, 12_000)))


def test_a_time_that_was_not_recorded_is_not_in_the_replay() -> None:
    assert [KEPT.replay_ms(ms) for ms in (0, 1_000, 3_999, 4_000, 10_500, 12_000)] == [
        None,
        0,
        2_999,
        None,
        3_500,
        None,
    ]


@given(st.integers(0, 4_999))
def test_a_time_of_the_replay_comes_back_as_itself(ms: int) -> None:
    assert KEPT.replay_ms(KEPT.clock_ms(ms)) == ms


def test_a_span_over_a_gap_is_two_spans_of_the_replay() -> None:
    assert KEPT.spans(3_000, 11_000) == [(2_000, 3_000), (3_000, 4_000)]


@pytest.mark.django_db
def test_cuts_are_numbers_on_the_clock_of_the_file() -> None:
    from spaces.models import Recording, Stretch

    recording = Recording.objects.create(
        space=SpaceFactory.create(), duration_ms=5_000, cut_start_ms=500, cut_end_ms=3_500
    )
    Stretch.objects.create(recording=recording, starts_ms=1_000, ends_ms=4_000)
    Stretch.objects.create(recording=recording, starts_ms=10_000)
    assert timeline(recording).kept == (Kept(1_500, 4_000), Kept(10_000, 10_500))
    assert timeline(recording, uncut=True).duration_ms == 5_000
