"""Announcing that the pins of a Space changed. The app that keeps the pins depends on this one and calls it."""

from typing import TYPE_CHECKING

from spaces.models import Space
from spaces.rules import Action
from spaces.services.space_change import SpaceChange, space_change
from spaces_project.common.errors import NotFound

if TYPE_CHECKING:
    from accounts.models import User


def pins_changed(*, public_id: str, user: "User", action: Action) -> Space:
    """Ask the rules whether `user` may do `action` (`PIN`, `UNPIN`, `UNPIN_OTHER`), and tell everyone to load the pins
    again.

    Call it inside the transaction that changes the pins: until that ends no other verb touches this Space.
    """
    with space_change(public_id) as change:
        change.actor(user, action)
        _grow(change)
    return change.space


def pins_lost(*, public_id: str) -> None:
    """Announce that pinned content was deleted without being unpinned. Does nothing if the Space is not live, or
    deleted too."""
    try:
        with space_change(public_id) as change:
            if change.space.is_live:
                _grow(change)
    except NotFound:
        return


def _grow(change: SpaceChange) -> None:
    change.space.pins_version += 1
    change.space.save(update_fields=["pins_version"])
    change.space_changed()
