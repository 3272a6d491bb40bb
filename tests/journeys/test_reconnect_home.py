"""A page whose home socket was away asks for what it missed when the socket comes back."""

import re

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.support.browser import DESK
from tests.support.people import bubble, button, resize
from tests.support.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.timeout(200, func_only=True), pytest.mark.security("A7")]

TITLE = "Missed radio"
_MEANWHILE = f"""
from accounts.models import User
from spaces.services import create_space
from timeline.services import create_post, send_message
ada, joan = (User.objects.get(username=name) for name in ("ada", "joan"))
create_post(author=ada, text="While nobody was connected")
create_post(author=ada, text="And another")
send_message(sender=ada, to=joan, text="Are you there?")
create_space(user=ada, title="{TITLE}")
"""
_RETURN = """dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }))"""


class Line:
    """The way of one page's home socket to the server, which a test can cut."""

    def __init__(self, page: Page) -> None:
        self._routes: list[WebSocketRoute] = []
        self._is_cut = False
        page.route_web_socket(re.compile("/ws/home"), self._connect)

    def _connect(self, route: WebSocketRoute) -> None:
        if self._is_cut:
            route.close(code=1013)
            return
        self._routes.append(route)
        route.connect_to_server()

    def cut(self) -> None:
        self._is_cut = True
        for route in self._routes:
            route.close(code=1013)
        self._routes.clear()

    def mend(self) -> None:
        self._is_cut = False


def test_what_came_while_the_home_socket_was_away_is_asked_for(stack: Stack, joan: Page) -> None:
    page = joan.context.new_page()
    resize(page, DESK)
    line = Line(page)
    with page.expect_response(re.compile("/i/badges")):
        page.goto("/")
    line.cut()
    stack.manage("shell", "--command", _MEANWHILE)
    line.mend()
    expect(button(page, "2 new posts")).to_be_visible(timeout=30_000)
    expect(bubble(page, TITLE)).to_be_visible()
    expect(page.get_by_role("link", name=re.compile(r"Messages, \d+ new")).first).to_be_visible()
    expect(page.locator(".glance").get_by_text(TITLE)).to_be_visible()
    page.close()


def test_a_page_that_comes_back_by_back_connects_at_once(joan: Page) -> None:
    page = joan.context.new_page()
    opened: list[str] = []
    page.on("websocket", lambda socket: opened.append(socket.url))
    with page.expect_response(re.compile("/i/badges")):
        page.goto("/")
    with page.expect_response(re.compile("/i/badges")):
        page.evaluate(_RETURN)
    assert len([url for url in opened if url.endswith("/ws/home")]) == 2
    page.close()
