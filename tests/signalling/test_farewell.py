"""A command that ends its own socket is answered; then comes `bye`, then the close."""

import asyncio
from typing import Any

import pytest

from spaces.live.sockets import BACKLOG, Socket
from spaces_project.common.threads import in_thread
from tests.signalling.fixtures import Sessions
from tests.signalling.tab import Tab, path_of, tab
from tests.spaces.scene import Scene

pytestmark = pytest.mark.security("A24")
sockets = [
    pytest.mark.redis,
    pytest.mark.asyncio,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("sockets", "nothing_logged"),
]


async def order_of(page: Tab) -> list[Any]:
    """Return the last frames, in order, and the code of the close."""
    await page.closed()
    words = [frame.get("re", frame.get("type")) for frame in page._earlier if frame]
    return [word for word in words if word in (99, "space.ended", "bye")] + [page.close_code]


class TestOnTheSocket:
    pytestmark = sockets

    @pytest.mark.parametrize("who", ["listener", "speaker", "nobody"])
    async def test_leaving(self, sessions: Sessions, who: str) -> None:
        scene = await in_thread(Scene)
        session = None if who == "nobody" else await in_thread(sessions, getattr(scene, who))
        async with tab(path_of(scene.id), session=session) as page:
            await page.ask("join")
            await page.say('{"type":"leave","id":99}')
            assert await order_of(page) == [99, "bye", 4411]

    async def test_ending(self, sessions: Sessions) -> None:
        scene = await in_thread(Scene)
        host, listener = await in_thread(sessions, scene.host), await in_thread(sessions, scene.listener)
        async with tab(path_of(scene.id), session=host) as page, tab(path_of(scene.id), session=listener) as other:
            await page.ask("join")
            await other.ask("join")
            await page.say('{"type":"end","id":99}')
            assert await order_of(page) == [99, "space.ended", "bye", 4410]
            assert await order_of(other) == ["space.ended", "bye", 4410]

    async def test_a_refused_one_ends_nothing(self, sessions: Sessions) -> None:
        scene = await in_thread(Scene)
        async with tab(path_of(scene.id), session=await in_thread(sessions, scene.host)) as page:
            await page.ask("join")
            assert await page.code("leave") == "host_cannot_leave"
            await page.ask("mute")
            assert await page.event("stage.changed")


def test_what_is_held_back_comes_afterwards_in_order_and_is_bounded() -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message["text"])

    async def run() -> None:
        socket = Socket(1, "", send)
        with socket.held():
            socket.write("one")
            socket.deliver({"type": "websocket.send", "text": "two"}, b"two")
            assert sent == []
            sent.append("answer")
        assert sent == ["answer", "one", "two"]
        with socket.held():
            for _ in range(BACKLOG):
                socket.write("more")
            assert len(sent) == 3 + BACKLOG

    asyncio.run(run())
