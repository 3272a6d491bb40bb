"""The strips of pinned posts that rooms show, when what they show goes."""

from functools import partial

from django.db import transaction
from django.db.models import QuerySet

from spaces.services import pins_lost
from spaces.states import SpaceState
from timeline.models import PinnedPost


def forget_pins(pins: QuerySet[PinnedPost]) -> None:
    """These are about to go with their posts or their people, or may not be for everybody any more: the rooms that show
    them look again after the commit.

    Not within it: a verb on a Space would then wait for a post and a verb on a post for a Space.
    """
    live = pins.filter(space__state=SpaceState.LIVE).order_by()
    for public_id in live.values_list("space__public_id", flat=True).distinct():
        transaction.on_commit(partial(pins_lost, public_id=public_id), robust=True)
