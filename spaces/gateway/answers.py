"""Bodies of plugin requests and typed readings of what comes back."""

from typing import Any, TypeVar

import msgspec

from .errors import UnexpectedAnswer
from .protocol import Reply

T = TypeVar("T")


def body(request: str, **fields: object) -> dict[str, object]:
    """A plugin request; fields that are None are left out."""
    return {"request": request} | {name: value for name, value in fields.items() if value is not None}


def read(data: dict[str, Any], shape: type[T]) -> T:
    """`data` as a Struct. Raises UnexpectedAnswer when something is missing or of another type."""
    try:
        return msgspec.convert(data, shape)
    except msgspec.ValidationError as error:
        raise UnexpectedAnswer(str(error)) from error


def description(reply: Reply, kind: str) -> str:
    """The SDP of the "offer" or "answer" that came with `reply`. Raises UnexpectedAnswer when there is none."""
    if reply.jsep is None or reply.jsep.type != kind:
        raise UnexpectedAnswer(f"the gateway sent no {kind}")
    return reply.jsep.sdp
