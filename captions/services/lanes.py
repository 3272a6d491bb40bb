"""Assigns lanes for the ingest that holds the Space."""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from captions.models import Track
from captions.selectors import candidates
from captions.services.recovery import recover_abandoned
from spaces.models import Space
from spaces.services.space_change import space_change
from spaces_project.common.errors import Conflict


def take_over(*, space: Space) -> int:
    """Let an ingest hold the Space from now on instead of the previous holder. Return its epoch. Unfinished utterances
    of the previous holder are recovered."""
    with transaction.atomic():
        Track.objects.get_or_create(space=space)
        Track.objects.filter(space=space).update(epoch=F("epoch") + 1)
        epoch = Track.objects.values_list("epoch", flat=True).get(space=space)
    recover_abandoned(space=space)
    return epoch


def assign_lanes(*, space: Space, lanes: Mapping[int, int | None], epoch: int) -> bool:
    """Store which user is on which lane; None takes a user off. Return False, and change nothing, if a user in `lanes`
    may no longer be captioned. Error: `superseded`."""
    with space_change(space.public_id) as change:
        if not Track.objects.filter(space=space, epoch=epoch).exists():
            raise Conflict("superseded", _("Another ingest has taken this Space over."))
        allowed = {candidate.user_id for candidate in candidates(space)}
        if not {user_id for user_id, lane in lanes.items() if lane is not None} <= allowed:
            return False
        change.assign_lanes(lanes)
    return True
