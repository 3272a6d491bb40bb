"""An ASGI application that answers with `BYTES` bytes, as fast as the client takes them."""

from types import SimpleNamespace
from typing import Any, Final

from spaces_project.common import flow

BYTES: Final = 100 * 1024 * 1024
_PIECE: Final = b"x" * 65_536


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    room = flow.of(SimpleNamespace(scope=scope))
    headers = [(b"content-length", str(BYTES).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    for _ in range(BYTES // len(_PIECE)):
        if not await room():
            return
        await send({"type": "http.response.body", "body": _PIECE, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
