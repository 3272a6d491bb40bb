"""A message that is made into bytes once and written to many sockets.

RFC 6455 masks what clients send, never what servers send, so a broadcast is the same bytes on every socket. Libraries
call that a prepared message; ASGI has no word for it, but allows extensions. A server that has this one says so in
`scope["extensions"][EXTENSION]["write"]` (`spaces_project.uvicorn`); any other gets ordinary ASGI messages.
"""

from collections.abc import Callable
from typing import Any, Final

from websockets.frames import Frame, Opcode

EXTENSION: Final = "spaces.prepared_message"

Write = Callable[[bytes], bool]
"""Takes a whole frame. False, and nothing was written: the peer does not read, or the socket is closing."""


def prepare(text: str) -> bytes:
    """The bytes of one text frame."""
    return Frame(Opcode.TEXT, text.encode()).serialize(mask=False)


def writer(scope: dict[str, Any]) -> Write | None:
    """What the server of this connection offers, if it does."""
    write: Write | None = (scope.get("extensions") or {}).get(EXTENSION, {}).get("write")
    return write
