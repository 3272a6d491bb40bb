"""Build the bodies of plugin requests, and read the replies into types."""

from typing import Any, TypeVar

import msgspec

from .errors import UnexpectedAnswer
from .protocol import Reply

T = TypeVar("T")


def body(request: str, **fields: object) -> dict[str, object]:
    """Build a plugin request. Fields that are None are left out."""
    return {"request": request} | {name: value for name, value in fields.items() if value is not None}


def read(data: dict[str, Any], shape: type[T]) -> T:
    """Return `data` as a Struct. Raise UnexpectedAnswer if a field is missing or has another type."""
    try:
        return msgspec.convert(data, shape)
    except msgspec.ValidationError as error:
        raise UnexpectedAnswer(str(error)) from error


def description(reply: Reply, kind: str) -> str:
    """Return the SDP of the "offer" or "answer" that came with `reply`. Raise UnexpectedAnswer if there is none."""
    if reply.jsep is None or reply.jsep.type != kind:
        raise UnexpectedAnswer(f"the gateway sent no {kind}")
    return reply.jsep.sdp
