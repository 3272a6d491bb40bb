"""What people do in a live Space beside talking: the queue, comments, another name, a host who leaves it to others."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.axe import hindrances
from tests.support.browser import DESK, PHONE, screenshot
from tests.support.people import OPENS_WITHIN_MS, button, enter, give_microphone, press, resize, start_space
from tests.support.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.timeout(200, func_only=True)]

TITLE = "Small rooms"
LOW = {"width": 844, "height": 390}
ENOUGH_FOLLOWERS = """
from accounts.models import User
User.objects.filter(username="grace").update(followers_count=600)
"""


def test_beside_talking(stack: Stack, ada: Page, grace: Page, joan: Page) -> None:
    stack.manage("shell", "--command", ENOUGH_FOLLOWERS)
    start_space(ada, TITLE)
    enter(grace, TITLE)
    enter(joan, TITLE)
    the_queue_moves(grace, joan)
    comments_are_read_and_removed(ada, grace, joan)
    the_sound_is_chosen(joan)
    it_gets_another_name(ada, grace)
    the_host_leaves_it_to_another(ada, grace)
    press(grace, "End Space")
    press(grace, "End for everyone")


def the_queue_moves(grace: Page, joan: Page) -> None:
    press(grace, "Request")
    expect(grace.get_by_text("You are 1st in the queue", exact=True)).to_be_visible(timeout=OPENS_WITHIN_MS)
    press(joan, "Request")
    expect(joan.get_by_text("You are 2nd in the queue", exact=True)).to_be_visible(timeout=OPENS_WITHIN_MS)
    screenshot(joan, "queue-place")
    press(grace, "Cancel request")
    expect(joan.get_by_text("You are 1st in the queue", exact=True)).to_be_visible(timeout=OPENS_WITHIN_MS)
    press(joan, "Cancel request")


def comments_are_read_and_removed(ada: Page, grace: Page, joan: Page) -> None:
    press(joan, "Comments")
    joan.get_by_label("Write a comment").fill("Hello from the back row")
    press(joan, "Send comment")
    press(ada, "Comments, 1 new")
    line = ada.get_by_role("listitem").filter(has_text="Hello from the back row")
    expect(line).to_be_visible(timeout=OPENS_WITHIN_MS)
    for name, size in (("phone", PHONE), ("low", LOW), ("desk", DESK | {"width": 1440})):
        resize(ada, size)
        screenshot(ada, f"comments-{name}")
    resize(ada, PHONE)
    assert hindrances(ada) == []
    press(ada, "Remove this comment by Joan Clarke")
    expect(joan.get_by_text("Hello from the back row")).to_be_hidden(timeout=OPENS_WITHIN_MS)
    press(ada, "Close comments")


def the_sound_is_chosen(joan: Page) -> None:
    press(joan, "More")
    press(joan, "Sound settings")
    press(joan, "Test the microphone")
    expect(joan.get_by_text("We hear you.")).to_be_visible(timeout=OPENS_WITHIN_MS)
    screenshot(joan, "sound-settings")
    assert hindrances(joan) == []
    joan.keyboard.press("Escape")


def it_gets_another_name(ada: Page, grace: Page) -> None:
    press(ada, "Manage")
    ada.get_by_label("Name", exact=True).fill("Smaller rooms")
    screenshot(ada, "manage-rename")
    press(ada, "Rename")
    expect(grace.get_by_role("heading", name="Smaller rooms")).to_be_visible(timeout=OPENS_WITHIN_MS)
    press(ada, "Back to the stage")


def the_host_leaves_it_to_another(ada: Page, grace: Page) -> None:
    give_microphone(ada, grace, "Grace Hopper")
    press(ada, "Manage")
    press(ada, "Actions for Grace Hopper")
    press(ada, "Make Grace Hopper a co-host")
    press(grace, "Accept")
    press(ada, "Back to the stage")
    press(ada, "End Space")
    screenshot(ada, "end-sheet")
    assert hindrances(ada) == []
    press(ada, "Hand over to Grace Hopper and leave")
    expect(button(ada, "End Space")).to_be_hidden(timeout=OPENS_WITHIN_MS)
    expect(button(grace, "End Space")).to_be_visible(timeout=OPENS_WITHIN_MS)
