"""What a token must be good for to send a command. Pages of ours need none."""

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
"""Everything else takes part: `space.write`."""


_NEEDED = dict.fromkeys(LISTENING, Scope.SPACE_READ) | dict.fromkeys(MODERATING, Scope.SPACE_MODERATE)

C = TypeVar("C", bound=Command)


def needs(scope: Scope) -> Callable[[type[C]], type[C]]:
    """The same for a command of an app above this one."""

    def register(command: type[C]) -> type[C]:
        _NEEDED[command] = scope
        return command

    return register


def scope_for(command: type[Command]) -> Scope:
    return _NEEDED.get(command, Scope.SPACE_WRITE)


def require_scope(visitor: Visitor, command: Command) -> None:
    """Raises `missing_scope`."""
    needed = scope_for(type(command))
    if not visitor.may(needed):
        raise Refused("missing_scope", f"This needs a token with {needed.value}.", scopes=[needed.value])
