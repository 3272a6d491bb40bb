"""Name the scope that a token needs to send each command. A page with a session needs no scope."""

from collections.abc import Callable
from typing import TypeVar

from spaces.signalling import messages
from spaces.signalling.messages import Command
from spaces.signalling.sessions import Visitor
from spaces_project.common.api.scopes import Scope
from spaces_project.common.errors import Refused

LISTENING: tuple[type[Command], ...] = (
    messages.Join,
    messages.Sync,
    messages.Ping,
    messages.Leave,
    messages.People,
    messages.AudioListen,
    messages.AudioAnswer,
    messages.AudioCandidate,
    messages.AudioClose,
)
MODERATING: tuple[type[Command], ...] = (
    messages.RequestApprove,
    messages.RequestDecline,
    messages.RequestsApprove,
    messages.RequestsDecline,
    messages.MuteOther,
    messages.MuteAll,
    messages.MicTake,
    messages.Remove,
    messages.PolicySet,
    messages.LockSet,
    messages.AccountsOnlySet,
    messages.CohostInvite,
    messages.CohostWithdraw,
    messages.HandOver,
)
"""The commands that need `space.moderate`. A command in neither list needs `space.write`."""


_NEEDED = dict.fromkeys(LISTENING, Scope.SPACE_READ) | dict.fromkeys(MODERATING, Scope.SPACE_MODERATE)

C = TypeVar("C", bound=Command)


def needs(scope: Scope) -> Callable[[type[C]], type[C]]:
    """Register the scope of a command that another app declares. Use as a class decorator."""

    def register(command: type[C]) -> type[C]:
        _NEEDED[command] = scope
        return command

    return register


def scope_for(command: type[Command]) -> Scope:
    """Return the scope that a token needs for this command."""
    return _NEEDED.get(command, Scope.SPACE_WRITE)


def require_scope(visitor: Visitor, command: Command) -> None:
    """Raise `missing_scope` if the visitor's token does not have the scope of this command."""
    needed = scope_for(type(command))
    if not visitor.may(needed):
        raise Refused("missing_scope", f"This needs a token with {needed.value}.", scopes=[needed.value])
