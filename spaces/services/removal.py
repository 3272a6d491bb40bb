"""Removing people from a Space."""

from typing import TYPE_CHECKING

from spaces import events
from spaces.rules import Action
from spaces.services.attendance import go
from spaces.services.audience import move_audience
from spaces.services.space_change import space_change
from spaces.states import LogKind

if TYPE_CHECKING:
    from accounts.models import User


def remove_participant(
    *, public_id: str, user: "User", target_id: int, reason: str = "", as_operator: bool = False
) -> None:
    """Remove a participant at once, with audio and sockets, and for good. With `as_operator` a member of the staff does
    it."""
    with space_change(public_id) as change:
        target = change.require_target(user, Action.REMOVE, target_id, as_operator=as_operator)
        if target.is_active:
            go(change, target)
        target.removed_at = change.now
        target.save(update_fields=["removed_at"])
        move_audience(change)
        change.bubble_changed()
        change.log(LogKind.REMOVED, actor=user, target=target.user, reason=reason)
        change.publish_later(events.close_people([target.user_id], events.CLOSE_REMOVED))
