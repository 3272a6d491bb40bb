"""People whose browsers do what their pages would not."""

import pytest
from playwright.sync_api import Page, expect

from tests.faults.house import (
    ADA_HZ,
    ALAN_HZ,
    GRACE_HZ,
    LiveSpace,
    everyone_hears,
    forge,
    forge_call,
    is_fed,
    replay,
    replay_elsewhere,
    wait_for,
)
from tests.support import people
from tests.support.browser import heard_tones, hears_just, log_in, wait_until_silent

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

HEARD_WITHIN = 30.0
SILENT_WITHIN = DEAD_WITHIN = 10.0
"""How fast is measured where the issue is speed: a mute in the live Space's journey."""
PROOF = 1.5
"""Seconds in which a tone that were let through would be heard."""
SPEAKERS_COMMANDS = ("mute", "unmute", "step_down")
REMOVED = "You were removed"
SUSPENDED = "Your account is suspended"
MAY = "unmute"
"""The command that is left out of the replay: a muted person may unmute, which everyone sees."""


@pytest.mark.fault("D5")
@pytest.mark.fault("D6")
@pytest.mark.asvs("8.3.1")
def test_a_listener_who_forges_a_microphone_is_refused_and_not_heard(live: LiveSpace, grace: Page, alan: Page) -> None:
    live.enter(grace)
    live.enter(alan)

    assert {forge(alan, command) for command in SPEAKERS_COMMANDS} == {"forbidden"}
    assert forge_call(alan, "speak") == "forbidden"
    assert forge_call(alan, "answerSending") == "bad_sdp"

    assert hears_just(grace, {ADA_HZ}, of=[ADA_HZ, ALAN_HZ], seconds=PROOF)
    assert live.roles() == {"ada": ("host", False)}


@pytest.mark.fault("D5")
def test_a_muted_speaker_who_opens_the_track_is_not_heard(live: LiveSpace, grace: Page, alan: Page) -> None:
    live.enter(grace)
    live.enter(alan)
    live.speaks(grace, "Grace Hopper")
    everyone_hears({alan: {ADA_HZ, GRACE_HZ}}, within=HEARD_WITHIN)

    people.press(live.ada, "Manage")
    people.press(live.ada, "Mute Grace Hopper")
    expect(people.button(grace, "Unmute")).to_be_visible()
    roles = live.roles()
    assert grace.evaluate("() => forge.openMicrophones()") == 1
    assert hears_just(alan, {ADA_HZ}, of=[ADA_HZ, GRACE_HZ], seconds=PROOF)

    assert replay(grace, MAY)["request"] == {"forbidden"}
    with live.client("grace") as tab:
        assert replay_elsewhere(grace, tab, MAY)["audio.speak"]
        assert hears_just(alan, {ADA_HZ}, of=[ADA_HZ, GRACE_HZ], seconds=PROOF)
    assert live.roles() == roles


@pytest.mark.fault("D5")
@pytest.mark.fault("D9")
def test_a_demoted_speaker_who_keeps_sending_is_not_heard(live: LiveSpace, grace: Page, alan: Page) -> None:
    live.enter(grace)
    live.enter(alan)
    live.speaks(grace, "Grace Hopper")
    everyone_hears({alan: {ADA_HZ, GRACE_HZ}}, within=HEARD_WITHIN)
    grace.evaluate("() => forge.keepConnections()")

    people.press(live.ada, "Manage")
    people.press(live.ada, "Make listener: Grace Hopper")
    wait_until_silent(alan, GRACE_HZ, seconds=SILENT_WITHIN)
    grace.evaluate("() => forge.openMicrophones()")
    assert {forge(grace, command) for command in SPEAKERS_COMMANDS} == {"forbidden"}
    assert forge_call(grace, "speak") == "forbidden"

    # All that a page ever said, at once and twice, is more than a person may say in that time, too.
    assert_powerless_speaker(replay(grace), {"forbidden", "too_many"})
    with live.client("grace") as tab:
        assert_powerless_speaker(replay_elsewhere(grace, tab), {"forbidden", "too_many"})
        assert hears_just(alan, {ADA_HZ}, of=[ADA_HZ, GRACE_HZ], seconds=PROOF)
    assert live.roles() == {"ada": ("host", False)}


@pytest.mark.fault("D7")
@pytest.mark.fault("D8")
def test_a_removed_speaker_hears_and_says_nothing_and_cannot_return(live: LiveSpace, grace: Page, alan: Page) -> None:
    live.enter(grace)
    live.enter(alan)
    live.speaks(grace, "Grace Hopper")
    everyone_hears({alan: {ADA_HZ, GRACE_HZ}, grace: {ADA_HZ}}, within=HEARD_WITHIN)
    grace.evaluate("() => forge.keepConnections()")

    people.press(live.ada, "Manage")
    people.press(live.ada, "Remove Grace Hopper")
    wait_for(lambda: not is_fed(grace), within=DEAD_WITHIN, what="nothing arrives at the connection that was kept")
    grace.evaluate("() => forge.openMicrophones()")
    assert hears_just(alan, {ADA_HZ}, of=[ADA_HZ, GRACE_HZ], seconds=PROOF)

    expect(grace.get_by_role("heading", name=REMOVED)).to_be_visible()
    with live.client("grace") as elsewhere:
        said = replay_elsewhere(grace, elsewhere)
    assert_powerless_speaker(said, {"removed", "not_in_space"})
    assert said["join"] == {"removed"}
    assert hears_just(alan, {ADA_HZ}, of=[ADA_HZ, GRACE_HZ], seconds=PROOF)
    assert live.roles() == {"ada": ("host", False)}
    grace.goto("/")
    people.bubble(grace, live.title).click()
    expect(grace.get_by_role("heading", name=REMOVED)).to_be_visible()
    tab = grace.context.new_page()
    tab.goto(f"/i/spaces/{live.id}")
    people.press(tab, "Start listening")
    expect(tab.get_by_role("heading", name=REMOVED)).to_be_visible()
    tab.close()
    with live.client("grace") as client:
        assert client.refusal("join") == "removed"
        assert {client.refusal(command) for command in (*SPEAKERS_COMMANDS, "request")} == {"removed"}
        assert client.refusal("audio.listen") == "not_in_space"
    assert heard_tones(grace, [ADA_HZ], seconds=PROOF) == set()


@pytest.mark.fault("D4")
def test_a_suspended_speaker_is_out_and_says_nothing_by_any_way(live: LiveSpace, grace: Page, alan: Page) -> None:
    live.enter(grace)
    live.enter(alan)
    live.speaks(grace, "Grace Hopper")
    everyone_hears({alan: {ADA_HZ, GRACE_HZ}}, within=HEARD_WITHIN)
    grace.evaluate("() => forge.keepConnections()")

    live.stack.manage("suspend_user", "grace")
    try:
        wait_until_silent(alan, GRACE_HZ, seconds=SILENT_WITHIN)
        wait_for(lambda: not is_fed(grace), within=DEAD_WITHIN, what="nothing arrives at the connection that was kept")
        expect(grace.get_by_role("heading", name=SUSPENDED)).to_be_visible()
        grace.evaluate("() => forge.openMicrophones()")
        assert set().union(*replay(grace).values()) == {"no_socket"}
        with live.client("grace") as tab:
            assert set().union(*replay_elsewhere(grace, tab).values()) <= {"suspended", "not_in_space"}
        assert hears_just(alan, {ADA_HZ}, of=[ADA_HZ, GRACE_HZ], seconds=PROOF)
        assert live.roles() == {"ada": ("host", False)}
    finally:
        live.stack.manage("reinstate_user", "grace")


def assert_powerless_speaker(said: dict[str, set[str]], refusals: set[str]) -> None:
    """Everything that a speaker's page sends to be heard was among the messages, and refused."""
    assert said["unmute"] | said["audio.speak"] <= refusals


@pytest.mark.fault("D4")
def test_logging_out_elsewhere_ends_socket_and_audio(live: LiveSpace, grace: Page) -> None:
    live.enter(grace)
    grace.evaluate("() => forge.keepConnections()")
    tab = grace.context.new_page()
    tab.goto("/accounts/logout/")

    people.press(tab, "Log out")
    grace.wait_for_function("!document.documentElement.dataset.viewer")
    wait_for(lambda: len(live.house.audio_handles()) == 1, within=DEAD_WITHIN, what="the gateway keeps the host alone")
    tab.close()
    log_in(grace, "grace")
