"""The secret path under which listeners over HTTP get the sound of a Space. A client that knows it hears the Space."""

from functools import partial

from django.db import transaction

from spaces import rules, selectors
from spaces.events.signals import stage_changed
from spaces.models import Space
from spaces.models.tokens import new_token
from spaces.services.space_change import SpaceChange, space_change


def open_audience(*, public_id: str) -> str:
    """Return the path. The first call lets the gateway write the mix, and a packager find it. The caller has asked
    whether the listener may listen. Raise `NotFound`, and the rules' error if the Space is not live."""
    space = selectors.get_space(public_id)
    if space.is_live and space.audience_path:
        return space.audience_path
    with space_change(public_id) as change:
        if not change.space.is_live:
            raise rules.wrong_state(change.space)
        if not change.space.audience_path:
            change.store(audience_path=new_token())
            transaction.on_commit(partial(stage_changed.send, sender=Space, space_id=change.space.pk))
        return change.space.audience_path


def move_audience(change: SpaceChange) -> None:
    """Give the Space's sound over HTTP a new path, because a user who may know the old one had to leave. Listeners who
    may stay ask for the new path. Do nothing if no listener has asked for a path yet."""
    if change.space.audience_path:
        change.store(audience_path=new_token())
