"""Lanes are assigned by the ingest that holds the Space."""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import F

from captions.models import Track
from captions.selectors import candidates
from captions.services.mending import recover_abandoned
from spaces.models import Space
from spaces.services.turn import turn
from spaces_project.common.errors import Conflict


def take_over(*, space: Space) -> int:
    """An ingest holds the Space from now on, and whoever held it before does no longer; its epoch. What the last one
    left half-spoken is recovered."""
    with transaction.atomic():
        Track.objects.get_or_create(space=space)
        Track.objects.filter(space=space).update(epoch=F("epoch") + 1)
        epoch = Track.objects.values_list("epoch", flat=True).get(space=space)
    recover_abandoned(space=space)
    return epoch


def assign_lanes(*, space: Space, lanes: Mapping[int, int | None], epoch: int) -> bool:
    """Who enters which lane, by user id, and with None who leaves theirs. False, and nothing changed, when somebody in
    `lanes` may not be captioned any more. Error: `superseded`."""
    with turn(space.public_id) as current:
        if not Track.objects.filter(space=space, epoch=epoch).exists():
            raise Conflict("superseded", "Another ingest has taken this Space over.")
        allowed = {candidate.user_id for candidate in candidates(space)}
        if not {user_id for user_id, lane in lanes.items() if lane is not None} <= allowed:
            return False
        current.assign_lanes(lanes)
    return True
