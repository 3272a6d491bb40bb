"""Counts for operators of the site. A few queries, however many Spaces are live."""

from django.db.models import Count

from spaces.models import Participant, Space
from spaces.states import SpaceState


def live_public_ids() -> list[str]:
    return list(Space.objects.filter(state=SpaceState.LIVE).values_list("public_id", flat=True))


def microphones() -> list[tuple[str, bool, int]]:
    """Return `(gateway, muted, number)` for the microphones that are in a mixer now."""
    plugged_in = Participant.objects.with_mic().filter(space__state=SpaceState.LIVE).exclude(mixer_id="")
    rows = plugged_in.values_list("space__gateway", "muted").annotate(number=Count("pk")).order_by()
    return [(gateway, muted, number) for gateway, muted, number in rows]
