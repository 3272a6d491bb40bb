"""The rules of lanes that hold at any time."""

import math
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from captions.lanes import YIELDS_AFTER_SECONDS, Plan, Voice, allocate
from spaces.audio.lanes import LANES

ALL = list(range(LANES))
SILENCES = st.sampled_from([0.0, 0.5, YIELDS_AFTER_SECONDS, 5.0, 60.0, math.inf])
PEOPLE = st.integers(1, 13)


@dataclass(frozen=True)
class Situation:
    """A state in which each lane is held, free, or being left."""

    voices: list[Voice]
    holders: dict[int, int] = field(default_factory=dict)
    free: list[int] = field(default_factory=lambda: list(ALL))

    @property
    def plan(self) -> Plan:
        return allocate(holders=self.holders, free=self.free, voices=self.voices)

    @property
    def by_id(self) -> dict[int, Voice]:
        return {voice.user_id: voice for voice in self.voices}

    @property
    def stay(self) -> set[int]:
        return set(self.holders.values()) - self.plan.leave

    def after(self) -> "Situation":
        """The plan is carried out, and everybody who was to leave is gone."""
        plan = self.plan
        holders = {lane: person for lane, person in self.holders.items() if person not in plan.leave}
        holders |= {lane: person for person, lane in plan.enter.items()}
        return Situation(self.voices, holders, [lane for lane in ALL if lane not in holders])

    def settled(self) -> "Situation":
        before, after = self, self.after()
        while before != after:
            before, after = after, after.after()
        return after


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    people = draw(st.lists(PEOPLE, unique=True))
    voices = [Voice(person, draw(st.booleans()), draw(SILENCES)) for person in people]
    on_lanes = draw(st.lists(st.one_of(PEOPLE, st.none(), st.just(0)), min_size=LANES, max_size=LANES))
    holders: dict[int, int] = {}
    for lane, person in enumerate(on_lanes):
        if person and person not in holders.values():
            holders[lane] = person
    free = draw(st.permutations([lane for lane in ALL if lane not in holders and on_lanes[lane] == 0]))
    return Situation(voices, holders, list(free))


def voice(person: int, *, unmuted: bool = True, silent: float = math.inf) -> Voice:
    return Voice(person, unmuted, silent)


# --- What always holds ---


@given(situations())
def test_only_free_lanes_are_given_and_each_to_one(situation: Situation) -> None:
    given_away = list(situation.plan.enter.values())
    assert set(given_away) <= set(situation.free)
    assert len(given_away) == len(set(given_away))


@given(situations())
def test_only_who_may_be_captioned_enters_or_stays(situation: Situation) -> None:
    assert set(situation.plan.enter) <= set(situation.by_id)
    assert situation.stay <= set(situation.by_id)


@given(situations())
def test_nobody_is_moved_from_lane_to_lane(situation: Situation) -> None:
    """Check that the change of a person is one call to the gateway."""
    assert not set(situation.plan.enter) & set(situation.holders.values())


@given(situations())
def test_nobody_who_talks_loses_a_lane(situation: Situation) -> None:
    losing = [situation.by_id[person] for person in situation.plan.leave if person in situation.by_id]
    assert all(not loser.unmuted or loser.silent >= YIELDS_AFTER_SECONDS for loser in losing)


@given(situations())
def test_closed_microphones_go_first_then_the_longest_silent(situation: Situation) -> None:
    leaving = [situation.by_id[person] for person in situation.plan.leave if person in situation.by_id]
    staying = [situation.by_id[person] for person in situation.stay]
    assert all(loser.need <= keeper.need for loser in leaving for keeper in staying)


@given(situations())
def test_free_lanes_go_to_the_most_urgent(situation: Situation) -> None:
    entering = [situation.by_id[person] for person in situation.plan.enter]
    held = set(situation.holders.values()) | set(situation.plan.enter)
    outside = [v for v in situation.voices if v.user_id not in held]
    assert all(lucky.need >= other.need for lucky in entering for other in outside)


@given(situations())
def test_no_lane_stays_empty_while_somebody_waits(situation: Situation) -> None:
    waiting = set(situation.by_id) - set(situation.holders.values())
    assert len(situation.plan.enter) == min(len(situation.free), len(waiting))


@given(situations())
def test_nobody_leaves_for_nobody(situation: Situation) -> None:
    sent_away = situation.plan.leave & set(situation.by_id)
    waiting = set(situation.by_id) - set(situation.holders.values()) - set(situation.plan.enter)
    assert len(sent_away) <= len(waiting)


@given(situations())
def test_it_comes_to_rest(situation: Situation) -> None:
    settled = situation.settled()
    assert settled.plan == Plan(frozenset(), {})


@given(situations())
def test_at_rest_whoever_talks_has_a_lane_or_all_others_talk_too(situation: Situation) -> None:
    settled = situation.settled()
    held = [settled.by_id[person] for person in settled.holders.values()]
    if any(v.talks and v not in held for v in settled.voices):
        assert len(held) == LANES
        assert all(v.unmuted and v.silent < YIELDS_AFTER_SECONDS for v in held)


@given(st.lists(PEOPLE, unique=True, max_size=LANES))
def test_four_people_never_wait(people: list[int]) -> None:
    settled = Situation([voice(person, unmuted=False) for person in people]).settled()
    assert set(settled.holders.values()) == set(people)


# --- What happens ---


def test_the_fifth_who_talks_gets_the_lane_of_the_longest_silent() -> None:
    four = [voice(1, silent=2), voice(2, silent=9), voice(3, silent=0), voice(4, silent=3)]
    situation = Situation([*four, voice(5, silent=0)], dict(enumerate([1, 2, 3, 4])), [])
    assert situation.plan == Plan(frozenset({2}), {})
    assert situation.after().plan == Plan(frozenset(), {5: 1})


def test_a_pause_for_breath_is_no_silence() -> None:
    four = [voice(n, silent=1.0) for n in (1, 2, 3, 4)]
    assert Situation([*four, voice(5, silent=0)], dict(enumerate([1, 2, 3, 4])), []).plan.leave == set()


def test_an_open_microphone_takes_the_lane_of_a_closed_one_before_it_talks() -> None:
    four = [voice(1), voice(2), voice(3, unmuted=False, silent=0.1), voice(4)]
    assert Situation([*four, voice(5)], dict(enumerate([1, 2, 3, 4])), []).plan.leave == {3}


def test_silent_ones_do_not_chase_each_other() -> None:
    four = [voice(n, silent=60) for n in (1, 2, 3, 4)]
    assert Situation([*four, voice(5, silent=2)], dict(enumerate([1, 2, 3, 4])), []).plan == Plan(frozenset(), {})


def test_while_a_lane_is_being_left_nobody_else_is_sent_away() -> None:
    """Lane 3 is neither held nor free: it will be the fifth's."""
    three = [voice(n, silent=9) for n in (1, 2, 3)]
    assert Situation([*three, voice(5, silent=0)], dict(enumerate([1, 2, 3])), []).plan == Plan(frozenset(), {})
