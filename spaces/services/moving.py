"""Move a live Space to another gateway."""

from functools import partial

from django.db import transaction

from spaces import events
from spaces.events.signals import stage_changed
from spaces.models import Space
from spaces.services.space_change import space_change


def move_space(*, public_id: str, leaves: str, goes_to: str) -> bool:
    """Let the gateway `goes_to` carry a live Space from now on. Every process then gives up its connections to the old
    one, and the pages ask for new ones.

    Return False if the Space is not on `leaves` any more: several processes notice at once that a gateway died.
    """
    with space_change(public_id) as change:
        if not change.space.is_live or change.space.gateway != leaves:
            return False
        change.store(gateway=goes_to)
        change.publish_later(events.moved(goes_to))
        transaction.on_commit(partial(stage_changed.send, sender=Space, space_id=change.space.pk))
    return True
