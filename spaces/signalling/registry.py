"""Register the commands of a Space's socket and the parts of its snapshot, for this app and for the apps above it.

An app above adds its own in a module that its `AppConfig.ready` imports:

    @handles(Consent)
    async def consent(socket: Caller, command: Consent) -> None: ...

    @adds_to_snapshot("captions")
    def captions(public_id: str, user_id: int) -> CaptionsInfo: ...
"""

from collections.abc import Awaitable, Callable
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import msgspec

from spaces.audio import ConnectionAudio
from spaces.signalling.messages import Command, CommandParser, tag_of
from spaces.signalling.places import Place

if TYPE_CHECKING:
    from accounts.models import User

T = TypeVar("T")
C = TypeVar("C", bound=Command)


class Caller(Protocol):
    """The socket a command came by, as a handler uses it. It knows its visitor, its Space, and what outlives one
    command. Anything that needs a user raises `login_required` for a visitor without an account."""

    @property
    def public_id(self) -> str: ...

    @property
    def user(self) -> "User": ...

    @property
    def place(self) -> Place: ...

    async def call(self, function: Callable[..., T], **arguments: Any) -> T:
        """Run one service or selector as this user on this Space."""
        ...

    async def join(self, *, resume: str | None) -> Any: ...

    async def leave(self) -> None: ...

    async def snapshot(self) -> Any: ...

    async def sequence(self) -> tuple[int, int]:
        """Return `(seq, queue_seq)`, at most one second old."""
        ...

    def audio(self) -> ConnectionAudio:
        """Return the audio of this connection. Raise `not_in_space` before `join`."""
        ...


Handler = Callable[[Any, Any], Awaitable[Any]]
SnapshotPart = Callable[[str, int], Any]

HANDLERS: dict[type[Command], Handler] = {}
_PARTS: dict[str, SnapshotPart] = {}


def handles(command: type[C]) -> Callable[[Handler], Handler]:
    """Register the handler of a command. Raise `ValueError` if its type has a handler already."""

    def register(handler: Handler) -> Handler:
        if tag_of(command) in map(tag_of, HANDLERS):
            raise ValueError(f"{tag_of(command)} is handled already")
        HANDLERS[command] = handler
        return handler

    return register


COSTLY: set[type[Command]] = set()


def costs(command: type[C]) -> type[C]:
    """Mark a command that reads much of the database, or keeps the gateway busy. A user may send only a few of these a
    second, whatever the number of their sockets."""
    COSTLY.add(command)
    return command


def adds_to_snapshot(name: str) -> Callable[[SnapshotPart], SnapshotPart]:
    """Register a function that adds the part `name` to every snapshot. It gets the Space's public id and the reader's
    id, which is 0 without an account. It runs on a database thread."""

    def register(part: SnapshotPart) -> SnapshotPart:
        _PARTS[name] = part
        return part

    return register


def snapshot_parts(public_id: str, user_id: int) -> dict[str, Any]:
    """Return every registered part by its name, ready for JSON."""
    return {name: msgspec.to_builtins(part(public_id, user_id)) for name, part in _PARTS.items()}


def space_commands() -> tuple[type[Command], ...]:
    """Return all registered commands of a Space's socket."""
    return tuple(HANDLERS)


@cache
def space_parser() -> CommandParser:
    """Return the parser of all registered commands. It is made when the first socket opens: by then every app is
    ready."""
    return CommandParser(space_commands())
