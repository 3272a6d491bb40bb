"""What decides whether a user may come into a Space, and is that user's own: one query for each who comes."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db.models import Exists, FilteredRelation, OuterRef, Q

from accounts.models import Block
from spaces.events import wire
from spaces.models import Participant, Space

if TYPE_CHECKING:
    from accounts.models import User

_SUSPENSIONS = ("suspended_until", "speaking_suspended_until", "hosting_suspended_until")


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a user who comes is related to the Space. `own`: the primary key of their row, if they were in it before.
    `blocked`: the host has blocked them. `shuns`: the users in `stage` whom they have blocked. `is_up_to_date`: the
    `User` that was passed has the suspensions that are stored."""

    own: int | None = None
    is_in: bool = False
    blocked: bool = False
    invited: bool = False
    offers: wire.Offers = wire.NOTHING
    stage: frozenset[int] = field(default_factory=frozenset)
    shuns: frozenset[int] = field(default_factory=frozenset)
    is_up_to_date: bool = False


def arrival(*, space: Space, user: "User", stage: Collection[int]) -> Arrival:
    """Read how a user who comes is related to the Space. `stage`: the ids of the users on the stage, as far as the
    caller knows them."""
    people = get_user_model().objects.filter(pk=user.pk)
    related = people.annotate(
        own=FilteredRelation("participations", condition=Q(participations__space=space.pk)),
        asked=FilteredRelation("invitations", condition=Q(invitations__space=space.pk)),
        barring=FilteredRelation("blocked_by_rows", condition=Q(blocked_by_rows__blocker=space.host_id)),
        shunning=FilteredRelation("block_rows", condition=Q(block_rows__blocked__in=stage or [0])),
    )
    rows = list(
        related.values_list(
            *_SUSPENSIONS,
            "own__id",
            "own__left_at",
            "asked__id",
            "asked__to_speak",
            "asked__to_cohost",
            "barring__blocker_id",
            "shunning__blocked_id",
        )
    )
    if not rows:
        return Arrival()
    *suspensions, own, left_at, asked, to_speak, to_cohost, blocker, _ = rows[0]
    return Arrival(
        own=own,
        is_in=own is not None and left_at is None,
        blocked=blocker is not None,
        invited=asked is not None,
        offers=wire.Offers(to_speak, to_cohost) if asked else wire.NOTHING,
        stage=frozenset(stage),
        shuns=frozenset(row[-1] for row in rows if row[-1] is not None),
        is_up_to_date=suspensions == [getattr(user, name) for name in _SUSPENSIONS],
    )


@dataclass(frozen=True, slots=True)
class Look:
    """What may have changed for a participant while they came in. `version` grows with every change of the Space."""

    version: datetime
    is_in: bool
    suspended_until: datetime | None
    blocked: bool


def look_again(participant: Participant) -> Look | None:
    """Read what may have changed since `arrival`, or None if the participant's row is gone."""
    barring = Block.objects.filter(blocker=OuterRef("space__host"), blocked=OuterRef("user"))
    own = Participant.objects.filter(pk=participant.pk).order_by()
    for row in own.values_list("space__updated_at", "left_at", "user__suspended_until", Exists(barring)):
        version, left_at, suspended_until, blocked = row
        return Look(version, is_in=left_at is None, suspended_until=suspended_until, blocked=blocked)
    return None
