"""Updates of the pinned posts that rooms show, when a pin disappears."""

from functools import partial

from django.db import transaction
from django.db.models import QuerySet

from spaces.services import pins_lost
from spaces.states import SpaceState
from timeline.models import PinnedPost


def forget_pins(pins: QuerySet[PinnedPost]) -> None:
    """Make the rooms that show these pins reload them after the commit.

    The pins are about to be deleted with their posts or users, or may no longer be public. Changing the Spaces inside
    the transaction would be wrong: a service on a Space would then wait for a post while a service on a post waits for
    a Space.
    """
    live = pins.filter(space__state=SpaceState.LIVE).order_by()
    for public_id in live.values_list("space__public_id", flat=True).distinct():
        transaction.on_commit(partial(pins_lost, public_id=public_id), robust=True)
