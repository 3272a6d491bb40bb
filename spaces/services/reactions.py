"""Reactions. Everyone sees them for a moment. What stays is how many there were in each moment, without names."""

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.utils import timezone

from spaces import events, rules, selectors
from spaces.models import ReactionCounts, Space
from spaces.rules import Action
from spaces.selectors.reactions import COUNTED, counted, counter
from spaces.states import Emoji, SpaceState
from spaces_project.common.limits import spend
from spaces_project.common.store import REDIS_AWAY, store

if TYPE_CHECKING:
    from accounts.models import User

logger = logging.getLogger(__name__)

MOST, WINDOW = 50, timedelta(seconds=10)
"""On average five reactions a second for each user, over all of the user's tabs."""
KEPT_IN_REDIS: Final = timedelta(days=2)
SETTLED: Final = timedelta(seconds=30)
"""How long after the end of a Space its last reactions have been counted."""


def react(*, public_id: str, user: "User", emoji: Emoji) -> None:
    """Send a reaction to everyone in the Space, and count it. Errors: what the rules say, `too_many`."""
    space = selectors.get_space(public_id)
    rules.require(Action.REACT, space=space, actor=space.participants.of(user.pk))
    spend(what="react", user_id=user.pk, limit=MOST, window=WINDOW)
    events.publish(events.space_channel(public_id), events.reaction(user.pk, emoji))
    _count(space, emoji, timezone.now())


def _count(space: Space, emoji: Emoji, now: datetime) -> None:
    """Count a reaction. A count that Redis misses is not worth an error to the user, who saw the reaction."""
    key = counter(space.public_id)
    try:
        with store().pipeline(transaction=False) as together:
            together.hincrby(key, f"{moment_of(space.clock_ms(now))}:{emoji}", 1)
            together.expire(key, KEPT_IN_REDIS)
            together.sadd(COUNTED, space.public_id)
            together.execute()
    except REDIS_AWAY:
        logger.warning("a reaction in %s was not counted", space.public_id)


def moment_of(clock_ms: int) -> int:
    """Return the second at which the moment of a time begins.

    A moment is one second in the first hour of a Space, two in the second, and so on: a long Space has a bounded number
    of moments.
    """
    seconds = max(clock_ms, 0) // 1000
    return seconds - seconds % (seconds // 3600 + 1)


def keep_reactions(*, now: datetime) -> int:
    """Store in the database what Redis has counted. Return the number of Spaces.

    The numbers are of the whole Space, so a run that ends half-way is repeated without harm. Raise one of `REDIS_AWAY`.
    """
    kept = 0
    for public_id in sorted(member.decode() for member in store().smembers(COUNTED)):
        space = Space.objects.filter(public_id=public_id).first()
        if space is not None:
            kept += _keep(space)
        if space is None or _is_settled(space, now):
            store().srem(COUNTED, public_id)
            store().delete(counter(public_id))
    return kept


def _keep(space: Space) -> int:
    counts = counted(space.public_id)
    if not counts:
        return 0
    ReactionCounts.objects.update_or_create(space=space, defaults={"counts": counts})
    return 1


def _is_settled(space: Space, now: datetime) -> bool:
    return space.state == SpaceState.ENDED and space.ended_at is not None and space.ended_at + SETTLED <= now
