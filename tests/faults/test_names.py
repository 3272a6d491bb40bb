"""Names that are programs, on real pages."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.faults.house import House, live_space
from tests.support import people

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

TITLE = "<img src=x onerror=hacked=1> ' OR 1=1 --"
NAME = '<script>hacked=1</script> "Grace" {{7*7}}'
REVERSED = "\u202egnihton\u202c \u200bhere"
CLEAN = "gnihton here"


@pytest.fixture
def called(grace: Page) -> Iterator[Page]:
    call(grace, NAME)
    grace.goto("/")
    yield grace
    call(grace, "Grace Hopper")


def call(page: Page, name: str) -> None:
    page.goto("/settings/profile")
    page.locator("input[name=display_name]").fill(name)
    people.press(page, "Save")
    expect(page.locator("input[name=display_name]")).to_have_value(name)


@pytest.mark.fault("F1")
def test_names_are_text_wherever_they_are_shown(house: House, ada: Page, called: Page) -> None:
    with live_space(house, ada, title=TITLE) as live:
        live.enter(called)
        expect(called.locator("#room-title")).to_have_text(TITLE)
        people.press(called, "Request")
        expect(ada.locator("#toasts")).to_contain_text(NAME)
        people.press(ada, "Manage")
        expect(ada.locator("#manage")).to_contain_text(NAME)
        people.press(ada, f"Approve {NAME}")
        people.press(ada, "Back to the stage")
        expect(ada.locator("#room [data-stage] bdi", has_text=NAME)).to_be_visible()

        for page in (ada, called):
            assert page.locator("#room img[src=x], #room script").count() == 0
            assert page.evaluate("() => window.hacked") is None
            assert page.evaluate("() => forge.violations") == []


@pytest.mark.fault("F1")
def test_letters_that_turn_text_around_are_dropped(house: House, ada: Page) -> None:
    with live_space(house, ada, title=REVERSED):
        expect(ada.locator("#room-title bdi")).to_have_text(CLEAN)
