"""Announcing that the pins of a Space changed. The app that keeps the pins depends on this one and calls it."""

from typing import TYPE_CHECKING

from spaces.models import Space
from spaces.rules import Action
from spaces.services.turn import Turn, turn
from spaces_project.common.errors import NotFound

if TYPE_CHECKING:
    from accounts.models import User


def pins_changed(*, public_id: str, user: "User", action: Action) -> Space:
    """Ask the rules whether `user` may do `action` (`PIN`, `UNPIN`, `UNPIN_OTHER`), and tell everyone to load the pins
    again.

    Call it inside the transaction that changes the pins: until that ends no other verb touches this Space.
    """
    with turn(public_id) as current:
        current.actor(user, action)
        _grow(current)
    return current.space


def pins_lost(*, public_id: str) -> None:
    """Announce that pinned content was deleted without being unpinned. Does nothing if the Space is not live, or
    deleted too."""
    try:
        with turn(public_id) as current:
            if current.space.is_live:
                _grow(current)
    except NotFound:
        return


def _grow(current: Turn) -> None:
    current.space.pins_version += 1
    current.space.save(update_fields=["pins_version"])
    current.space_changed()
