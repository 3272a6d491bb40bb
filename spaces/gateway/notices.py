"""What a client tells its owner: what the gateway sent, and what became of the connection."""

import msgspec

from .messages import Event


class Connected(msgspec.Struct, frozen=True):
    """The first session is open."""

    session_id: int


class Reconnected(msgspec.Struct, frozen=True):
    """Connected again. With `session_kept` the handles live on; without, all of them are lost. Events were missed."""

    session_kept: bool


class Disconnected(msgspec.Struct, frozen=True):
    """The socket is lost. Media goes on unless the gateway itself is gone."""

    reason: str


class NoticesLost(msgspec.Struct, frozen=True):
    """`count` notices were dropped here because the listeners were too slow; compare instead of counting on events."""

    count: int


Subject = Event | Connected | Reconnected | Disconnected | NoticesLost


class Notice(msgspec.Struct, frozen=True):
    """Something happened on `gateway`; `opaque_id` names the handle it happened to, if we still have it."""

    gateway: str
    subject: Subject
    opaque_id: str | None = None
