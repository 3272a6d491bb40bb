"""The rules for staff who act on a Space from the admin."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts import rules as account_rules
from spaces.models import Participant, Space
from spaces.rules.errors import target_gone, wrong_state
from spaces.rules.standing import Standing, standing
from spaces.rules.table import ABSENT, COHOSTS, RULES, Action, target_refusal
from spaces.states import SpaceState
from spaces_project.common.errors import Refused

if TYPE_CHECKING:
    from accounts.models import User


def require_operator(user: "User") -> None:
    """Raise `forbidden` for a user who is not staff, and the error of a suspension for staff who are suspended. Staff
    act on any Space from the admin."""
    if not (user.is_active and user.is_staff):
        raise Refused("forbidden", _("Only the staff of this site may do this."))
    account_rules.require_not_suspended(user)


def require_operable(action: Action, *, space: Space, target: Participant | None) -> None:
    """Raise an error if an operator may not do the action to the target.

    An operator may do what the host may, and may also mute the host. To remove a host the operator ends the Space. A
    person who has left may be removed too, because they could come back.
    """
    if SpaceState(space.state) not in RULES[action].during:
        raise wrong_state(space)
    on = RULES[action].on | COHOSTS | ({Standing.HOST} if action == Action.MUTE_OTHER else set())
    place = standing(target, space=space)
    if action == Action.REMOVE and target is not None and target.removed_at is None and place in ABSENT:
        return
    if place in ABSENT:
        raise target_gone()
    if place not in on:
        raise target_refusal(action, place)
