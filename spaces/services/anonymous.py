"""Listening without an account. The database has no row for such a listener: there is only a lease in Redis, which
expires by itself."""

from datetime import timedelta

from django.conf import settings

from spaces import events, presence, rules, selectors
from spaces.rules import ANONYMOUS, Action
from spaces_project.common.limits import spend

WINDOW = timedelta(minutes=1)


def join_anonymously(*, public_id: str, connection: str, address: str) -> None:
    """Count the anonymous listener on `connection`.

    `address` is the network address of the listener. It is kept only for as long as the rate limit counts.

    Errors: what the rules say, `too_many`, `NotFound`.
    """
    space = selectors.get_space(public_id)
    rules.require(Action.JOIN, space=space, actor=ANONYMOUS)
    presence_id = presence.nameless_id(connection)
    limit = settings.SPACES_PUBLIC_JOINS_PER_MINUTE
    spend(what="anonymous-join", user_id=address, limit=limit, window=WINDOW)
    presence.enter(public_id, presence_id)


def leave_anonymously(*, public_id: str, connection: str) -> None:
    """Close the socket and the audio of `connection`, in whatever process they are. Errors: what the rules say,
    `NotFound`."""
    rules.require(Action.LEAVE, space=selectors.get_space(public_id), actor=ANONYMOUS)
    going = events.close_people([presence.nameless_id(connection)], events.CLOSE_LEFT)
    events.publish(events.space_channel(public_id), going)
