"""Register the commands of a Space's socket and the parts of its snapshot, for this app and for the apps above it.

An app above adds its own in a module that its `AppConfig.ready` imports:

    runs(SetLanguage, services.set_language, scope=Scope.SPACE_MODERATE)

    @handles(Consent, scope=Scope.SPACE_WRITE)
    async def consent(socket: Caller, command: Consent) -> None: ...

    @adds_to_snapshot("captions")
    def captions(public_id: str, user_id: int) -> CaptionsInfo: ...
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import msgspec

from spaces.audio import ConnectionAudio
from spaces.signalling.commands import Commands
from spaces.signalling.places import Place

if TYPE_CHECKING:
    from accounts.models import User

T = TypeVar("T")


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


SnapshotPart = Callable[[str, int], Any]

SPACE_COMMANDS = Commands()
"""Every command of a Space's socket."""
handles, runs = SPACE_COMMANDS.handles, SPACE_COMMANDS.runs
_PARTS: dict[str, SnapshotPart] = {}


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
