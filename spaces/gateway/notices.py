"""Declare what a client tells its owner: what the gateway sent, and what happened to the connection."""

import msgspec

from .messages import Event


class Connected(msgspec.Struct, frozen=True):
    """The report that the client has opened its first session with the gateway."""

    session_id: int


class Reconnected(msgspec.Struct, frozen=True):
    """The report of a new connection. With `session_kept` the handles live on; without, all are lost. Events were
    missed."""

    session_kept: bool


class Disconnected(msgspec.Struct, frozen=True):
    """The report that the socket is lost. Media goes on unless the gateway itself is gone."""

    reason: str


class NoticesLost(msgspec.Struct, frozen=True):
    """The report that `count` notices were dropped here because the listeners were too slow. A listener must then
    compare its state with the gateway's, instead of relying on events."""

    count: int


Subject = Event | Connected | Reconnected | Disconnected | NoticesLost


class Notice(msgspec.Struct, frozen=True):
    """A report about `gateway`. `opaque_id` names the handle it is about, if the client still has it."""

    gateway: str
    subject: Subject
    opaque_id: str | None = None
