"""One person, several pages."""

import pytest
from playwright.sync_api import Page, expect

from tests.faults.house import ADA_HZ, BACK_WITHIN, GRACE_HZ, LiveSpace, everyone_hears, is_fed, prepare, wait_for
from tests.support import people
from tests.support.browser import heard_tones

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]

RELOADS = 20
TAKEN = "ParticipantExists"
ELSEWHERE = "The audio is playing in another tab"


@pytest.mark.fault("E6")
def test_the_second_tab_takes_the_audio_over_and_the_first_says_so(live: LiveSpace, alan: Page) -> None:
    live.enter(alan)
    second = prepare(alan.context.new_page())

    live.enter(second)
    expect(alan.get_by_role("heading", name=ELSEWHERE)).to_be_visible()
    assert heard_tones(alan, [ADA_HZ]) == set()
    assert audience(live) == ["alan"]

    people.press(alan, "Listen here")
    everyone_hears({alan: {ADA_HZ}}, within=BACK_WITHIN)
    expect(second.get_by_role("heading", name=ELSEWHERE)).to_be_visible()
    assert not is_fed(second)
    assert audience(live) == ["alan"]
    assert len(live.house.audio_handles()) == 2
    second.close()


@pytest.mark.fault("E8")
def test_a_speaker_who_reloads_again_and_again_is_heard_each_time(live: LiveSpace, grace: Page, alan: Page) -> None:
    live.enter(grace)
    live.enter(alan)
    live.speaks(grace, "Grace Hopper")

    for _ in range(RELOADS):
        everyone_hears({grace: {ADA_HZ}, alan: {GRACE_HZ}}, within=BACK_WITHIN)
        grace.reload(wait_until="commit")
        people.unmute(grace)

    everyone_hears({grace: {ADA_HZ}, alan: {GRACE_HZ}}, within=BACK_WITHIN)
    wait_for(lambda: len(live.house.audio_handles()) == 3, within=BACK_WITHIN, what="one connection for each page")
    assert audience(live) == ["alan"]
    assert TAKEN not in live.stack.log("web")


def audience(live: LiveSpace) -> list[str]:
    heard = live.truth()["audience"]
    named = [person["username"] for person in heard["listeners"]]
    assert len(named) == heard["count"]
    return named
