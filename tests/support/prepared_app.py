"""An ASGI application that says each text back as a prepared message, between two ordinary ones. It takes no more
handshakes than the product does."""

from typing import Any

import django

django.setup()

from spaces.doors.signalling.handshakes import Paced  # noqa: E402 - models load only after the line above
from spaces_project.common.prepared import prepare, writer  # noqa: E402 - the same


async def _echo(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] != "websocket":
        return
    write = writer(scope)
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": "before"})
        written = write is not None and write(prepare(message["text"]))
        await send({"type": "websocket.send", "text": "after" if written else "not written"})


application = Paced(_echo)
