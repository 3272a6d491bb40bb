"""Messages that are encoded once and written to many sockets.

RFC 6455 masks what clients send, never what servers send, so a broadcast is the same bytes on every socket. Libraries
call that a prepared message. ASGI has no word for it, but allows extensions: a server that supports it says so in
`scope["extensions"][EXTENSION]["write"]` (`spaces_project.uvicorn`). Any other server gets ordinary ASGI messages.
"""

from collections.abc import Callable
from typing import Any, Final

from websockets.frames import Frame, Opcode

EXTENSION: Final = "spaces.prepared_message"

Write = Callable[[bytes], bool]
"""A function that takes a whole frame.

It returns False if nothing was written: the peer does not read, or the socket is closing.
"""


def prepare(text: str) -> bytes:
    """Return the bytes of one text frame."""
    return Frame(Opcode.TEXT, text.encode()).serialize(mask=False)


def writer(scope: dict[str, Any]) -> Write | None:
    """Return the server's write function for this connection, or None if the server does not
    support prepared messages."""
    write: Write | None = (scope.get("extensions") or {}).get(EXTENSION, {}).get("write")
    return write
