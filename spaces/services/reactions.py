"""Showing what one feels. Nothing is stored: a reaction that nobody hears is gone."""

from datetime import timedelta
from typing import TYPE_CHECKING

from spaces import events, rules, selectors
from spaces.rules import Action
from spaces.states import Emoji
from spaces_project.common.limits import spend

if TYPE_CHECKING:
    from accounts.models import User

MOST, WINDOW = 50, timedelta(seconds=10)
"""On the average five a second, over all of a person's tabs."""


def react(*, public_id: str, user: "User", emoji: Emoji) -> None:
    """Errors: what the rules say, `too_many`."""
    space = selectors.get_space(public_id)
    rules.require(Action.REACT, space=space, actor=space.participants.of(user.pk))
    spend(what="react", user_id=user.pk, limit=MOST, window=WINDOW)
    events.publish(events.space_channel(public_id), events.reaction(user.pk, emoji))
