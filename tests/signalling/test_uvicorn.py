"""Prepared messages on uvicorn as it is, with a client of another author."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn
import websockets
from django.conf import settings

from spaces.doors.signalling.handshakes import Paced
from spaces_project.bodies import TOO_MANY
from spaces_project.common.prepared import Write, prepare, writer
from spaces_project.uvicorn import DeadlineProtocol, PreparedMessageProtocol
from tests.support.ports import free_port, listens

pytestmark = pytest.mark.asyncio

MORE_THAN_BUFFERS_HOLD = "x" * 60_000


class Application:
    """Accepts one socket and leaves it to the test."""

    def __init__(self) -> None:
        self.write: asyncio.Future[Write | None] = asyncio.get_running_loop().create_future()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "websocket":
            return
        await receive()
        await send({"type": "websocket.accept"})
        self.send = send
        self.write.set_result(writer(scope))
        while (await receive())["type"] != "websocket.disconnect":
            pass


@contextlib.asynccontextmanager
async def serving(application: Any) -> AsyncIterator[str]:
    port = free_port()
    config = uvicorn.Config(
        application,
        port=port,
        http=DeadlineProtocol,
        ws=PreparedMessageProtocol,
        lifespan="off",
        log_level="critical",
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    async with asyncio.timeout(10):
        while not listens(port):
            await asyncio.sleep(0.02)
    try:
        yield f"ws://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await asyncio.wait_for(task, 10)


@pytest.mark.parametrize("text", ["", "é" * 50, "x" * 300, "x" * 70_000])
async def test_a_prepared_message_lies_between_ordinary_ones(text: str) -> None:
    application = Application()
    async with serving(application) as address, websockets.connect(address) as client:
        write = await application.write
        assert write is not None
        await application.send({"type": "websocket.send", "text": "before"})
        assert write(prepare(text))
        await application.send({"type": "websocket.send", "text": "after"})
        assert [await client.recv() for _ in range(3)] == ["before", text, "after"]


async def test_nothing_is_written_to_who_does_not_read() -> None:
    application = Application()
    async with serving(application) as address, websockets.connect(address, max_queue=1) as client:
        write = await application.write
        assert write is not None
        frame, written = prepare(MORE_THAN_BUFFERS_HOLD), 0
        while write(frame):
            written += 1
        assert not write(frame)
        assert [len(await client.recv()) for _ in range(written)] == [len(MORE_THAN_BUFFERS_HOLD)] * written
        async with asyncio.timeout(10):
            while not write(frame):
                await asyncio.sleep(0.01)


async def test_nothing_is_written_after_the_close() -> None:
    application = Application()
    async with serving(application) as address, websockets.connect(address) as client:
        write = await application.write
        assert write is not None
        await application.send({"type": "websocket.close", "code": 4410})
        assert not write(prepare("too late"))
        with pytest.raises(websockets.ConnectionClosedError) as closed:
            await client.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4410


async def test_another_server_has_no_such_thing() -> None:
    assert writer({"type": "websocket"}) is None
    assert writer({"type": "websocket", "extensions": {"websocket.http.response": {}}}) is None


async def accepting(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Accept every socket."""
    await send({"type": "websocket.accept"})
    while (await receive())["type"] != "websocket.disconnect":
        pass


@pytest.mark.security("C5")
async def test_a_flood_of_one_session_is_refused_before_there_is_a_socket_for_it() -> None:
    flood, other = ({"Cookie": f"{settings.SESSION_COOKIE_NAME}={key}"} for key in ("flood", "other"))
    async with serving(Paced(accepting)) as address:
        with pytest.raises(websockets.InvalidStatus) as refused:
            for _ in range(100):
                async with websockets.connect(address, additional_headers=flood):
                    pass
        assert refused.value.response.status_code == 403
        assert refused.value.response.body == TOO_MANY.body, "this is the application's answer, not the server's"
        async with websockets.connect(address, additional_headers=other):
            pass
