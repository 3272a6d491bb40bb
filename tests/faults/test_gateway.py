"""The gateway dies, hangs, or cannot be reached."""

import pytest
from playwright.sync_api import Page

from tests.faults.client import Refused
from tests.faults.house import (
    ADA_HZ,
    BACK_WITHIN,
    GRACE_HZ,
    House,
    LiveSpace,
    everyone_hears,
    is_fed,
    nobody_hears,
    wait_for,
)
from tests.faults.wire import Wire
from tests.support.ports import listens
from tests.support.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

REQUEST_TIMEOUT = 3.0
WATCHDOG_WITHIN = 40.0
CLAIMED_WITHIN = 10.0
AT_ONCE = 2.0
"""Less than a request to the gateway may take."""
SILENT_WITHIN = 5.0


@pytest.fixture
def conversation(live: LiveSpace, grace: Page, alan: Page) -> dict[Page, set[int]]:
    """Let ada and grace talk and alan listen. Return who hears which voices."""
    live.enter(grace)
    live.enter(alan)
    live.speaks(grace, "Grace Hopper")
    hearing = {live.ada: {GRACE_HZ}, grace: {ADA_HZ}, alan: {ADA_HZ, GRACE_HZ}}
    everyone_hears(hearing, within=BACK_WITHIN)
    return hearing


def wait_for_another_gateway(stack: Stack, port: int, old: int, *, within: float) -> None:
    def is_up() -> bool:
        try:
            return stack.gateway_pid() != old and listens(port)
        except ValueError:
            return False

    wait_for(is_up, within=within, what="another gateway")


@pytest.mark.fault("A1")
def test_everyone_hears_again_after_the_gateway_was_killed(
    live: LiveSpace, conversation: dict[Page, set[int]], gateway_port: int
) -> None:
    with live.client("joan") as joan:
        live.seats(joan, "Joan Clarke")
        before = live.roles()
        old = live.stack.gateway_pid()

        live.stack.kill("gateway")
        # No wait for silence: another gateway may be up, and heard, before a measurement of silence is over.
        wait_for_another_gateway(live.stack, gateway_port, old, within=BACK_WITHIN)
        everyone_hears(conversation, within=BACK_WITHIN)

        assert live.roles() == before
        assert before["grace"] == ("speaker", False)
        assert before["joan"] == ("speaker", True)
    wait_for(lambda: len(live.house.audio_handles()) == 3, within=BACK_WITHIN, what="one connection for each page")


@pytest.mark.fault("A2")
def test_a_hung_gateway_holds_nobody_up_and_is_replaced(
    live: LiveSpace, conversation: dict[Page, set[int]], gateway_port: int
) -> None:
    with live.client("joan") as joan, live.client("mod") as mod:
        joan.ask("join")
        mod.ask("join")
        old = live.stack.gateway_pid()
        live.stack.hang("gateway")

        waiting = joan.post("audio.listen")
        mod.ask("request", within=AT_ONCE)
        joan.ask("ping", within=AT_ONCE)
        with pytest.raises(Refused, match="gateway_away"):
            joan.reply(waiting, within=REQUEST_TIMEOUT + AT_ONCE)

    wait_for_another_gateway(live.stack, gateway_port, old, within=WATCHDOG_WITHIN)
    everyone_hears(conversation, within=BACK_WITHIN)


@pytest.mark.fault("A3")
def test_a_short_cut_to_the_gateway_is_not_heard(
    live: LiveSpace, conversation: dict[Page, set[int]], gateway_wire: Wire, house: House
) -> None:
    before = house.audio_handles()

    gateway_wire.cut()

    assert all(is_fed(page) for page in conversation)
    live.ada.get_by_role("button", name="Mute", exact=True).click()  # through the session that was claimed
    nobody_hears({page: {ADA_HZ} for page, tones in conversation.items() if ADA_HZ in tones}, within=SILENT_WITHIN)
    assert house.audio_handles() == before


@pytest.mark.fault("A3")
def test_a_long_cut_to_the_gateway_is_mended_without_orphans(
    live: LiveSpace, conversation: dict[Page, set[int]], gateway_wire: Wire, house: House
) -> None:
    before = house.audio_handles()

    gateway_wire.part()
    wait_for(lambda: not house.audio_handles(), within=CLAIMED_WITHIN + BACK_WITHIN, what="the session is forgotten")
    nobody_hears(conversation, within=BACK_WITHIN)
    gateway_wire.join()

    everyone_hears(conversation, within=BACK_WITHIN)
    wait_for(lambda: len(house.audio_handles()) == 3, within=BACK_WITHIN, what="one connection for each page")
    assert not set(house.audio_handles()) & set(before)
