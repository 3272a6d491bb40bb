"""Listening in: a moderator hears a live Space without being one of its listeners. The log of the Space says so."""

from typing import TYPE_CHECKING

from spaces import rules, selectors
from spaces.rules import powers
from spaces.rules.powers import Power
from spaces.selectors import Mix
from spaces.services.log import append_log
from spaces.states import LogKind

if TYPE_CHECKING:
    from accounts.models import User


def listen_in(*, public_id: str, user: "User") -> None:
    """Write into the log that the moderator listens in. Errors: those of `require_power`, `not_found`, and `ended` or
    the error for another state in which a Space is not live."""
    powers.require_power(Power.LISTEN_IN, user=user)
    space = selectors.get_space(public_id)
    if not space.is_live:
        raise rules.wrong_state(space)
    append_log(space, LogKind.LISTENED_IN, actor=user)


def mix_to_listen_in(*, public_id: str, user: "User") -> Mix:
    """Return the mix that the moderator is about to hear. Errors as of `listen_in`."""
    powers.require_power(Power.LISTEN_IN, user=user)
    return selectors.live_mix(public_id)
