"""How much of a Space a reader may see. Pages, sockets, cards, bubbles and APIs ask here before they show any of it.

This module reads how the reader is related to the Space; what follows from that is in `spaces/rules/table.py`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q

from accounts.selectors import blockers_among
from spaces import rules
from spaces.models import Invitation, Participant, Space
from spaces.rules import ANONYMOUS, Actor, Sight, powers
from spaces.rules.powers import Power
from spaces.states import SpaceState
from spaces_project.common.errors import Refused

if TYPE_CHECKING:
    from accounts.models import User

_OPEN = frozenset({SpaceState.SCHEDULED, SpaceState.LIVE})


@dataclass(frozen=True, slots=True)
class Ties:
    """How a reader is related to a Space. `invited`: the reader may come in although the Space is locked, by an
    invitation that still holds or as a moderator."""

    actor: Actor
    blocked: bool = False
    invited: bool = False

    @property
    def known(self) -> bool:
        """Return whether the reader has or had a row in the Space."""
        return isinstance(self.actor, Participant)


def sight(*, space: Space, user_id: int | None) -> Sight:
    """Return what a user, or a reader without an account (None), sees of the people in the Space."""
    return sights([space], user_id)[space.pk]


def sights(spaces: Collection[Space], user_id: int | None) -> dict[int, Sight]:
    """Return the same for many Spaces, by primary key. It takes at most three queries, however many Spaces there
    are."""
    found = ties(spaces, user_id)
    return {space.pk: _sight(space, found[space.pk]) for space in spaces}


def require_reader(*, space: Space, user: "User | None") -> None:
    """Raise `login_required`, `removed`, `blocked` or `locked` unless the user may read what is said in the Space.

    While the Space is live, users who could join it may read. After a locked Space has ended, only its participants and
    moderators may.
    """
    user_id = None if user is None else user.pk
    _require_reader(space, ties([space], user_id)[space.pk], has_account=user is not None)


def readable(spaces: Collection[Space], user_id: int | None) -> set[int]:
    """Return the primary keys of those of the Spaces of which the user may read what is said. At most three queries."""
    found = ties(spaces, user_id) if spaces else {}
    return {space.pk for space in spaces if _is_reader(space, found[space.pk], has_account=user_id is not None)}


def _is_reader(space: Space, mine: Ties, *, has_account: bool) -> bool:
    try:
        _require_reader(space, mine, has_account=has_account)
    except Refused:
        return False
    return True


def _require_reader(space: Space, mine: Ties, *, has_account: bool) -> None:
    rules.require_account_or_public(has_account=has_account, accounts_only=space.accounts_only)
    if isinstance(mine.actor, Participant):
        rules.require_not_removed(mine.actor)
    rules.require_not_blocked(blocked=mine.blocked)
    rules.require_open(locked=space.locked, known=mine.known, invited=mine.invited)


def stage_shown_to(user: "User") -> "ExpressionWrapper[Any]":
    """Return the condition, for a query of Spaces, that this user may see the stage. Blocks are left aside.

    It repeats `rules.sight` for queries that choose or order Spaces by the people on their stages.
    """
    own = Participant.objects.filter(user=user, space=OuterRef("pk"))
    invited = Invitation.objects.filter(invitee=user, space=OuterRef("pk"))
    welcome = Q(locked=False) | Exists(own) | Exists(invited)
    removed = Exists(own.filter(removed_at__isnull=False))
    return ExpressionWrapper(welcome & ~removed, output_field=BooleanField())


def shut_out_of(space: Space, user_ids: Collection[int]) -> set[int]:
    """Return those of `user_ids` who may not see the stage of a live Space. Blocks are left aside."""
    places = dict(space.participants.filter(user__in=user_ids).values_list("user_id", "removed_at"))
    removed = {user_id for user_id, removed_at in places.items() if removed_at is not None}
    if not space.locked:
        return removed
    invited = set(space.invitations.filter(invitee__in=user_ids).values_list("invitee_id", flat=True))
    return removed | (set(user_ids) - set(places) - invited)


def ties(spaces: Collection[Space], user_id: int | None) -> dict[int, Ties]:
    """Return how the user is related to each of the Spaces, by primary key."""
    if user_id is None:
        return {space.pk: Ties(ANONYMOUS) for space in spaces}
    places = Participant.objects.select_related("user").filter(user=user_id, space__in=[space.pk for space in spaces])
    own = {place.space_id: place for place in places}
    blockers = blockers_among(user_id, {space.host_id for space in spaces})
    invited = _invited([space for space in spaces if space.locked and space.pk not in own], user_id)
    return {
        space.pk: Ties(own.get(space.pk), blocked=space.host_id in blockers, invited=space.pk in invited)
        for space in spaces
    }


def _invited(locked: Collection[Space], user_id: int) -> set[int]:
    """Return the primary keys of those locked Spaces that the user may enter. The user was never in any of them."""
    if not locked:
        return set()
    staff = get_user_model().objects.filter(pk=user_id, is_staff=True).first()
    if staff is not None and powers.may(Power.LOOK, user=staff):
        return {space.pk for space in locked}
    ids = [space.pk for space in locked if space.state in _OPEN]
    return set(Invitation.objects.filter(invitee=user_id, space__in=ids).values_list("space_id", flat=True))


def _sight(space: Space, mine: Ties) -> Sight:
    return rules.sight(
        space=space, actor=mine.actor, blocked=mine.blocked, welcome=not space.locked or mine.known or mine.invited
    )
