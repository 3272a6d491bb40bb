"""Removing people from a Space."""

from typing import TYPE_CHECKING

from spaces import events
from spaces.rules import Action
from spaces.services.attendance import go
from spaces.services.turn import turn
from spaces.states import LogKind

if TYPE_CHECKING:
    from accounts.models import User


def remove_participant(
    *, public_id: str, user: "User", target_id: int, reason: str = "", as_operator: bool = False
) -> None:
    """Remove a participant at once, with audio and sockets, and for good. With `as_operator` a member of the staff does
    it."""
    with turn(public_id) as current:
        target = current.targeted(user, Action.REMOVE, target_id, as_operator=as_operator)
        if target.is_active:
            go(current, target)
        target.removed_at = current.now
        target.save(update_fields=["removed_at"])
        current.bubble_changed()
        current.log(LogKind.REMOVED, actor=user, target=target.user, reason=reason)
        current.say(events.close_people([target.user_id], events.CLOSE_REMOVED))
