"""What a host learns about an ended Space: how many people came, when, and for how long. No names.

Everything is read from the log of the Space. Visitors without an account are not in the log, and neither are the people
whose account was deleted since.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from accounts.models import Follow
from spaces import rules
from spaces.models import LogEntry, Space
from spaces.rules import Action
from spaces.selectors.reactions import Reacted, reactions_of
from spaces.selectors.spaces import get_space
from spaces.states import LogKind, SpaceState
from spaces_project.common.errors import Conflict

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from accounts.models import User

MINUTE: Final = 60_000
POINTS: Final = 120
"""The most points of the plot. Each stands for one minute, or for several in a long Space."""
AFTERWARDS: Final = timedelta(hours=1)
"""Who follows the host within this time after the end counts as a new follower."""
_LENGTHS: Final = (MINUTE, 5 * MINUTE, 15 * MINUTE, 60 * MINUTE)
_NAMES: Final = (
    _("under 1 minute"),
    _("1 to 5 minutes"),
    _("5 to 15 minutes"),
    _("15 to 60 minutes"),
    _("over an hour"),
)
_CAME: Final = (LogKind.JOINED,)
_WENT: Final = (LogKind.LEFT, LogKind.LOST, LogKind.REMOVED)

Move = tuple[int, int, bool]
"""One user who came (True) or went: `(clock_ms, user_id, came)`."""


@dataclass(frozen=True, slots=True)
class Point:
    """The most people who were there at once in the minutes that begin at `minute`, and the reactions in them."""

    minute: int
    people: int
    reactions: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """The figures of one Space, without its host. `stays` are the numbers of people by how long they were there."""

    space: Space
    duration: timedelta
    people: int
    peak: int
    median_stay: timedelta
    stays: "list[tuple[_StrPromise, int]]"
    new_followers: int
    points: list[Point]

    @property
    def reactions(self) -> int:
        """Return the number of all reactions."""
        return sum(point.reactions for point in self.points)


def statistics(*, public_id: str, user: "User") -> Statistics:
    """Return the figures of an ended Space for its host. Raise what the rules say, `not_ended` or `NotFound`."""
    space = get_space(public_id)
    rules.require(Action.READ_LOG, space=space, actor=space.participants.of(user.pk))
    if space.state != SpaceState.ENDED or space.ended_at is None or space.started_at is None:
        raise Conflict("not_ended", _("The figures are there when the Space is over."))
    end = space.clock(space.ended_at)
    moves = list(_moves(space))
    stays = _stays(moves, _ms(end))
    return Statistics(
        space=space,
        duration=end,
        people=len(stays),
        peak=max((people for _, people in _levels(moves)), default=0),
        median_stay=timedelta(milliseconds=median(stays.values()) if stays else 0),
        stays=_by_length(stays.values()),
        new_followers=_new_followers(space),
        points=_points(moves, reactions_of(space), _ms(end)),
    )


def _ms(length: timedelta) -> int:
    return length // timedelta(milliseconds=1)


def _moves(space: Space) -> Iterable[Move]:
    """Yield who came and went, in order. The host is left out."""
    entries = LogEntry.objects.filter(space=space, kind__in=(*_CAME, *_WENT)).order_by("pk")
    for kind, actor, target, clock_ms in entries.values_list("kind", "actor", "target", "clock_ms").iterator(2000):
        # A removal names the manager as the actor.
        user_id = target if kind in (LogKind.LOST, LogKind.REMOVED) else actor or target
        if user_id is not None and user_id != space.host_id:
            yield clock_ms, user_id, kind in _CAME


def _stays(moves: Iterable[Move], end_ms: int) -> dict[int, int]:
    """Return for how many milliseconds each user was there, over all visits."""
    here: dict[int, int] = {}
    stayed: dict[int, int] = {}
    for clock_ms, user_id, came in moves:
        stayed.setdefault(user_id, 0)
        if came:
            here.setdefault(user_id, clock_ms)
        elif user_id in here:
            stayed[user_id] += max(0, clock_ms - here.pop(user_id))
    for user_id, since in here.items():
        stayed[user_id] += max(0, end_ms - since)
    return stayed


def _levels(moves: Iterable[Move]) -> Iterable[tuple[int, int]]:
    """Yield how many people were there after each move: `(clock_ms, people)`."""
    here: set[int] = set()
    for clock_ms, user_id, came in moves:
        (here.add if came else here.discard)(user_id)
        yield clock_ms, len(here)


def _points(moves: Iterable[Move], reactions: Iterable[Reacted], end_ms: int) -> list[Point]:
    minutes = max(1, -(-end_ms // MINUTE))
    step = -(-minutes // POINTS)
    most = [0] * (-(-minutes // step))
    before, last = 0, 0
    for clock_ms, people in _levels(moves):
        place = min(clock_ms // (step * MINUTE), len(most) - 1)
        for quiet in range(last, place + 1):
            most[quiet] = max(most[quiet], before)
        most[place], before, last = max(most[place], people), people, place
    for quiet in range(last, len(most)):
        most[quiet] = max(most[quiet], before)
    sent = [0] * len(most)
    for reacted in reactions:
        sent[min(reacted.second * 1000 // (step * MINUTE), len(sent) - 1)] += reacted.number
    return [Point(place * step, *figures) for place, figures in enumerate(zip(most, sent, strict=True))]


def _by_length(stays: Iterable[int]) -> "list[tuple[_StrPromise, int]]":
    counts = [0] * len(_NAMES)
    for stay in stays:
        counts[bisect_right(_LENGTHS, stay)] += 1
    return list(zip(_NAMES, counts, strict=True))


def _new_followers(space: Space) -> int:
    if space.started_at is None or space.ended_at is None:
        return 0
    new = Follow.objects.filter(followee=space.host_id, created_at__gte=space.started_at)
    return new.filter(created_at__lte=space.ended_at + AFTERWARDS).count()
