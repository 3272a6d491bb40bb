"""A web process ends for an upgrade: every person keeps their place, and has to do nothing for it."""

import signal
from collections.abc import Iterator
from functools import partial

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import ADA_HZ, GRACE_HZ
from tests.support import people
from tests.support.browser import negotiations, wait_until_heard
from tests.support.stack import HEALTHY_WITHIN, Part, Stack

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

PROCESSES: tuple[Part, Part] = ("web", "web2")
WITHIN = 30.0


@pytest.fixture
def healthy(stack: Stack) -> Iterator[None]:
    yield
    stack.wait_healthy(timeout=HEALTHY_WITHIN)


@pytest.mark.fault("A8")
@pytest.mark.usefixtures("healthy")
def test_both_web_processes_are_replaced_under_a_conversation(stack: Stack, ada: Page, grace: Page, alan: Page) -> None:
    people.start_space(ada, "Upgraded")
    people.unmute(ada)
    for page in (grace, alan):
        people.enter(page, "Upgraded")
    people.give_microphone(ada, grace, "Grace Hopper")
    people.unmute(grace)
    everyone_hears(ada, grace, alan)
    before = {page: negotiations(page) for page in (ada, grace, alan)}

    for process in PROCESSES:
        stack.send(process, signal.SIGTERM)
        stack.wait_until(partial(stack.has_ended, process), seconds=WITHIN)
        everyone_hears(ada, grace, alan)
        stack.wait_healthy(timeout=HEALTHY_WITHIN)

    assert all(negotiations(page) > before[page] for page in before)
    for page in (ada, grace):
        expect(people.button(page, "Mute")).to_be_visible()
    expect(people.button(alan, "Request")).to_be_visible()
    people.end_space(ada)


def everyone_hears(ada: Page, grace: Page, alan: Page) -> None:
    for page, tone in ((ada, GRACE_HZ), (grace, ADA_HZ), (alan, ADA_HZ), (alan, GRACE_HZ)):
        wait_until_heard(page, tone, seconds=WITHIN)
