"""The bubbles above the timeline: live Spaces with a person on the stage whom the reader follows."""

from collections.abc import Iterable, Set
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, Q, Subquery

from accounts.models import Block, Follow
from accounts.selectors import followed_ids_among
from spaces.events import Bubble, wire
from spaces.models import Participant, Space
from spaces.selectors.sight import shut_out_of, stage_shown_to
from spaces.states import SpaceState

if TYPE_CHECKING:
    from accounts.models import User


BUBBLES = 20


def bubbles_for(user: "User") -> list[Bubble]:
    """Return the bubbles for `user`: live Spaces with a microphone held by `user` or a person that `user` follows.

    Newest first, at most twenty. If `user` may not see the stage of a Space, only its host counts.
    """
    # A scalar subquery stays a probe of the key for each person on a stage. An EXISTS becomes a list of all follows.
    follow = Subquery(Follow.objects.filter(follower=user, followee=OuterRef("user")).values("pk")[:1])
    on_stage = Participant.objects.with_mic().filter(space=OuterRef("pk")).alias(follow=follow)
    blocked = Block.objects.filter(blocker=OuterRef("host"), blocked=user)
    by_host = Exists(Follow.objects.filter(follower=user, followee=OuterRef("host")))
    by_stage = Exists(on_stage.filter(Q(follow__isnull=False) | Q(user=user)))
    live = Space.objects.filter(~Exists(blocked), state=SpaceState.LIVE).annotate(shows_stage=stage_shown_to(user))
    spaces = live.filter(by_host | (Q(shows_stage=True) & by_stage))
    staged = _with_stage(spaces.select_related("creator", "host").order_by("-started_at")[:BUBBLES])
    followed_ids = followed_ids_among(user.pk, {p.user_id for _, holders in staged for p in holders})
    return [_bubble(space, holders, followed_ids, shows_stage=space.shows_stage) for space, holders in staged]


def bubbles_for_id(user_id: int) -> list[Bubble]:
    """Return the bubbles for the user with this id."""
    return bubbles_for(get_user_model().objects.get(pk=user_id))


def bubble_audience(public_id: str, candidate_ids: set[int]) -> dict[int, Bubble]:
    """Return the bubble of this Space for each of the connected `candidate_ids` who should see it. Empty if the Space
    is not live or was deleted."""
    space = Space.objects.select_related("creator", "host").filter(public_id=public_id, state=SpaceState.LIVE).first()
    if space is None:
        return {}
    [(_, holders)] = _with_stage([space])
    holder_ids = [p.user_id for p in holders]
    rows = Follow.objects.filter(followee__in=holder_ids, follower__in=candidate_ids)
    follows: dict[int, set[int]] = {}
    for follower, followee in rows.values_list("follower_id", "followee_id"):
        follows.setdefault(follower, set()).add(followee)
    readers = follows.keys() | candidate_ids.intersection(holder_ids)
    readers -= set(Block.objects.filter(blocker=space.host, blocked__in=readers).values_list("blocked_id", flat=True))
    shut_out = shut_out_of(space, readers)
    return {
        reader: _bubble(space, holders, follows.get(reader, set()), shows_stage=reader not in shut_out)
        for reader in readers
        if reader not in shut_out or space.host_id in follows.get(reader, ())
    }


def _bubble(space: Space, holders: list[Participant], followed: set[int], *, shows_stage: bool) -> Bubble:
    """Build a bubble. `followed` are ids of people that the reader follows. The bubble counts those on the stage,
    without the host, who is named on it."""
    if not shows_stage:
        holders = [p for p in holders if p.user_id == space.host_id]
    return Bubble(
        id=space.public_id,
        title=space.display_title,
        host=wire.person(space.host),
        people=[wire.person(p.user) for p in holders],
        followed=len(followed.intersection(p.user_id for p in holders) - {space.host_id}),
    )


def _with_stage(spaces: Iterable[Any]) -> list[tuple[Any, list[Participant]]]:
    found = list(spaces)
    holders = Participant.objects.with_mic().filter(space__in=[s.pk for s in found]).select_related("user")
    by_space: dict[int, list[Participant]] = {}
    for holder in holders.order_by("joined_at", "id"):
        by_space.setdefault(holder.space_id, []).append(holder)
    return [(space, by_space.get(space.pk, [])) for space in found]


def followees_by_reader(followee_ids: Set[int], reader_ids: Set[int]) -> dict[int, set[int]]:
    """Return for each of the connected `reader_ids` which of `followee_ids` they follow. Readers who follow none are
    left out."""
    found: dict[int, set[int]] = {}
    rows = Follow.objects.filter(followee__in=followee_ids, follower__in=reader_ids)
    for reader, followee in rows.values_list("follower_id", "followee_id"):
        found.setdefault(reader, set()).add(followee)
    return found
