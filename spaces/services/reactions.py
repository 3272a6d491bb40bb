"""Reactions. They are not stored: a reaction that no client receives is gone."""

from datetime import timedelta
from typing import TYPE_CHECKING

from spaces import events, rules, selectors
from spaces.rules import Action
from spaces.states import Emoji
from spaces_project.common.limits import spend

if TYPE_CHECKING:
    from accounts.models import User

MOST, WINDOW = 50, timedelta(seconds=10)
"""On average five reactions a second for each user, over all of the user's tabs."""


def react(*, public_id: str, user: "User", emoji: Emoji) -> None:
    """Send a reaction to everyone in the Space. Errors: what the rules say, `too_many`."""
    space = selectors.get_space(public_id)
    rules.require(Action.REACT, space=space, actor=space.participants.of(user.pk))
    spend(what="react", user_id=user.pk, limit=MOST, window=WINDOW)
    events.publish(events.space_channel(public_id), events.reaction(user.pk, emoji))
