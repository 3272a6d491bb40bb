"""How many reactions a Space got, moment by moment. Redis counts while it is live; the database keeps the result."""

from typing import Final, NamedTuple

from spaces.models import ReactionCounts, Space
from spaces_project.common.store import REDIS_AWAY, store

COUNTED: Final = "reactions:counted"
"""The Redis set of the public ids whose counts are not all in the database."""


class Reacted(NamedTuple):
    """How often one emoji was sent in the moment that begins at `second` of the Space."""

    second: int
    emoji: str
    number: int


def counter(public_id: str) -> str:
    """Return the key of the Redis hash with the counts of a live Space. Its fields are `second:emoji`."""
    return f"reactions:{public_id}"


def counted(public_id: str) -> list[Reacted]:
    """Return what Redis counted, in order. Raise one of `REDIS_AWAY`."""
    found = []
    for field, number in store().hgetall(counter(public_id)).items():
        second, _, emoji = field.decode().partition(":")
        found.append(Reacted(int(second), emoji, int(number)))
    return sorted(found)


def reactions_of(space: Space) -> list[Reacted]:
    """Return the reactions of a Space, in order. Without Redis those of the last moments may be missing."""
    try:
        newest = counted(space.public_id)
    except REDIS_AWAY:
        newest = []
    if newest:
        return newest
    kept = ReactionCounts.objects.filter(space=space).first()
    return [Reacted(*moment) for moment in kept.counts] if kept else []
