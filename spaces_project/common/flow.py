"""Wait until a client has taken what was sent to it.

ASGI leaves this to `send`. uvicorn's waits. daphne's does not: what a slow client has not read yet stays in memory. So
our daphne offers an extension that waits, and long answers use it.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final

EXTENSION: Final = "spaces.flow"
"""A key of `scope["extensions"]`. Its `room` returns True when there is room, and False if the client is gone."""

Room = Callable[[], Awaitable[bool]]


def of(request: Any) -> Room:
    """Return the function that waits for the client of a request. Where the server waits by itself, it does nothing."""
    extensions = getattr(request, "scope", {}).get("extensions") or {}
    room: Room = extensions.get(EXTENSION, {}).get("room", _always)
    return room


async def _always() -> bool:
    return True
