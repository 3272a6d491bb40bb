"""The commands of a Space's socket and the parts of its snapshot, for this app and for those above it.

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
    """The socket a command came by: on whose behalf it speaks, which Space it is about, and what outlives one command.
    What needs a person raises `login_required` where there is none."""

    @property
    def public_id(self) -> str: ...

    @property
    def user(self) -> "User": ...

    @property
    def place(self) -> Place: ...

    async def call(self, function: Callable[..., T], **arguments: Any) -> T:
        """One verb or selector, as this person, about this Space."""
        ...

    async def join(self, *, resume: str | None) -> Any: ...

    async def leave(self) -> None: ...

    async def snapshot(self) -> Any: ...

    async def sequence(self) -> tuple[int, int]:
        """`(seq, queue_seq)`, a second old at most."""
        ...

    def audio(self) -> ConnectionAudio:
        """Raises `not_in_space` before `join`."""
        ...


Handler = Callable[[Any, Any], Awaitable[Any]]
SnapshotPart = Callable[[str, int], Any]

HANDLERS: dict[type[Command], Handler] = {}
_PARTS: dict[str, SnapshotPart] = {}


def handles(command: type[C]) -> Callable[[Handler], Handler]:
    """Raises `ValueError` for a type that is taken."""

    def register(handler: Handler) -> Handler:
        if tag_of(command) in map(tag_of, HANDLERS):
            raise ValueError(f"{tag_of(command)} is handled already")
        HANDLERS[command] = handler
        return handler

    return register


COSTLY: set[type[Command]] = set()


def costs(command: type[C]) -> type[C]:
    """Say that a command reads much of the database, or keeps the gateway busy: a person has few of these a second,
    whatever their number of sockets."""
    COSTLY.add(command)
    return command


def adds_to_snapshot(name: str) -> Callable[[SnapshotPart], SnapshotPart]:
    """The part is called with the Space's public id and the reader's id, 0 for one without an account, on
    a database thread."""

    def register(part: SnapshotPart) -> SnapshotPart:
        _PARTS[name] = part
        return part

    return register


def snapshot_parts(public_id: str, user_id: int) -> dict[str, Any]:
    return {name: msgspec.to_builtins(part(public_id, user_id)) for name, part in _PARTS.items()}


def space_commands() -> tuple[type[Command], ...]:
    return tuple(HANDLERS)


@cache
def space_parser() -> CommandParser:
    """For every command there is. Made when the first socket opens: by then every app is ready."""
    return CommandParser(space_commands())
