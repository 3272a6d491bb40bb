"""Register the commands of a Space's socket and the parts of its snapshot, for this app and for the apps above it.

An app above adds its own in a module that its `AppConfig.ready` imports:

    runs(SetLanguage, services.set_language, scope=Scope.SPACE_MODERATE)

    @handles(Consent, scope=Scope.SPACE_WRITE)
    async def consent(socket: Caller, command: Consent) -> None: ...

    add_to_snapshot("captions", CaptionsPart())
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import msgspec

from spaces.audio import ConnectionAudio
from spaces.doors.signalling.commands import Commands
from spaces.doors.signalling.places import Place

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


SPACE_COMMANDS = Commands()
"""Every command of a Space's socket."""
handles, runs = SPACE_COMMANDS.handles, SPACE_COMMANDS.runs


class SnapshotPart(Protocol):
    """One part of every snapshot. Many people who join at the same time share what `read` returns."""

    def read(self, public_id: str) -> Any:
        """Read what is the same for all people in the Space. It runs on a database thread."""
        ...

    def show(self, found: Any, user_id: int) -> Any:
        """Return the part as one of them sees it. `user_id` is 0 without an account. It must not use the database."""
        ...


_PARTS: dict[str, SnapshotPart] = {}


def add_to_snapshot(name: str, part: SnapshotPart) -> None:
    """Add the part `name` to every snapshot."""
    _PARTS[name] = part


def read_parts(public_id: str) -> dict[str, Any]:
    """Read every registered part of one Space, by its name."""
    return {name: part.read(public_id) for name, part in _PARTS.items()}


def show_parts(found: dict[str, Any], user_id: int) -> dict[str, Any]:
    """Return the parts that `read_parts` found as one person sees them, ready for JSON."""
    return {name: msgspec.to_builtins(_PARTS[name].show(part, user_id)) for name, part in found.items()}
