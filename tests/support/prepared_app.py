"""An ASGI application that says each text back as a prepared message, between two ordinary ones."""

from typing import Any

from spaces_project.common.prepared import prepare, writer


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] != "websocket":
        return
    write = writer(scope)
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": "before"})
        written = write is not None and write(prepare(message["text"]))
        await send({"type": "websocket.send", "text": "after" if written else "not written"})
