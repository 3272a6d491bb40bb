"""Cards of Spaces, as posts show them."""

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef

from accounts.models import User
from spaces import presence
from spaces.events import wire
from spaces.models import Participant, Reminder, Space
from spaces.recordings.selectors import replay_lengths
from spaces.rules import Sight
from spaces.selectors.sight import sights
from spaces.states import SpaceState
from spaces_project.common.store import REDIS_AWAY

logger = logging.getLogger(__name__)

SPEAKERS = 3


@dataclass(frozen=True, slots=True)
class SpaceCard:
    """A Space as its card shows it.

    `listening` is None while it cannot be counted. `speakers` are at most three participants on the stage besides the
    host. `reminded` tells whether the viewer set a reminder.
    """

    id: str
    url: str
    title: str
    state: SpaceState
    host: wire.Person
    speakers: list[wire.Person]
    more_speakers: int
    listening: int | None
    scheduled_start: datetime | None
    repeats_weekly: bool
    started_at: datetime | None
    reminded: bool
    replay: timedelta | None
    """How long the replay is. None if there is none that the viewer may hear."""


def space_cards(space_ids: Collection[int], *, viewer_id: int | None) -> dict[int, SpaceCard]:
    """Return the cards by Space id, with as much of each stage as the viewer may see.

    At most ten queries and one round trip to Redis, for any number of Spaces.
    """
    reminders = Reminder.objects.filter(space=OuterRef("pk"), user=viewer_id)
    rows = Space.objects.filter(pk__in=space_ids, host__is_active=True).select_related("creator", "host")
    spaces = list(rows.annotate(reminded=Exists(reminders))) if space_ids else []
    live = {space.pk: space for space in spaces if space.is_live}
    stages = _stages(live)
    seen = sights(list(live.values()), viewer_id)
    counts = _listeners({live[pk].public_id: stages[pk] for pk in live})
    shown = {pk: stage for pk, stage in stages.items() if seen[pk] >= Sight.STAGE}
    replays = {pk: timedelta(milliseconds=ms) for pk, ms in replay_lengths(spaces, viewer_id).items()}
    return {
        space.pk: _card(space, shown.get(space.pk, []), counts.get(space.public_id), replays.get(space.pk))
        for space in spaces
    }


def _card(space: Any, stage: list[User], listening: int | None, replay: timedelta | None) -> SpaceCard:
    speakers = [user for user in stage if user.pk != space.host_id]
    return SpaceCard(
        id=space.public_id,
        url=space.get_absolute_url(),
        title=space.display_title,
        state=SpaceState(space.state),
        host=wire.person(space.host),
        speakers=[wire.person(user) for user in speakers[:SPEAKERS]],
        more_speakers=max(0, len(speakers) - SPEAKERS),
        listening=listening,
        scheduled_start=space.scheduled_start,
        repeats_weekly=space.is_to_repeat,
        started_at=space.started_at,
        reminded=space.reminded,
        replay=replay,
    )


def _stages(space_ids: Collection[int]) -> dict[int, list[User]]:
    holders = Participant.objects.with_mic().filter(space__in=space_ids).select_related("user")
    found: dict[int, list[User]] = {space_id: [] for space_id in space_ids}
    for holder in holders.order_by("joined_at", "id"):
        found[holder.space_id].append(holder.user)
    return found


def _listeners(stages: Mapping[str, Collection[User]]) -> dict[str, int]:
    holders = {public_id: [user.pk for user in stage] for public_id, stage in stages.items()}
    try:
        return presence.listeners(holders) if holders else {}
    except REDIS_AWAY as error:
        logger.warning("listeners not counted: %s", error)
        return {}
