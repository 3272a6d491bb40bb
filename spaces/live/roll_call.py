"""Finding the connections of this process that may no longer be in their Space.

The database is asked, because every other notice is a message, and a message can be lost. A person who was removed in
the second in which Redis died would otherwise stay, and hear everything, for as long as their program likes.
"""

from collections.abc import Collection, Mapping, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.utils import timezone
from oauth2_provider.models import AccessToken

from accounts.models import Block, takes_part
from spaces import events, rules
from spaces.events import Close
from spaces.models import Space
from spaces.rules import ANONYMOUS, Action

if TYPE_CHECKING:
    from spaces.live.members import Broadcast
    from spaces.live.sockets import Socket


def must_go(public_id: str, here: Mapping[str, int]) -> dict[str, Close]:
    """Return the connections that may no longer be in this Space, and why. `here`: presence ids by connection."""
    space = Space.objects.select_related("host").filter(public_id=public_id).first()
    if space is None or not space.is_live:
        return dict.fromkeys(here, events.CLOSE_NOT_FOUND if space is None else events.CLOSE_ENDED)
    people = {connection: user_id for connection, user_id in here.items() if user_id > 0}
    nameless = [connection for connection in here if connection not in people]
    return _people_who_must_go(space, people) | _nameless_who_must_go(space, nameless)


def _people_who_must_go(space: Space, people: Mapping[str, int]) -> dict[str, Close]:
    """Return the users' connections that must go. One query is enough if all may stay."""
    blocked = Block.objects.filter(blocker=space.host_id).values("blocked")
    may_stay = space.participants.active().filter(takes_part("user")).exclude(user__in=blocked)
    inside = may_stay.filter(user__in=set(people.values()))
    known = {user_id: names for user_id, *names in inside.values_list("user_id", "connection", "broadcast")}
    return {
        connection: events.CLOSE_REPLACED if user_id in known else _why(space, user_id)
        for connection, user_id in people.items()
        if connection not in known.get(user_id, ())
    }


def _why(space: Space, user_id: int) -> Close:
    """Return why a user is no longer in the Space. A user who is only lost may come back by themselves."""
    own = space.participants.of(user_id)
    if Block.objects.filter(blocker=space.host_id, blocked=user_id).exists():
        return events.CLOSE_BLOCKED
    reasons = {
        rules.Standing.REMOVED: events.CLOSE_REMOVED,
        rules.Standing.SUSPENDED: events.CLOSE_SUSPENDED,
    }
    return reasons.get(rules.standing(own, space=space), events.CLOSE_SILENT)


def _nameless_who_must_go(space: Space, connections: Collection[str]) -> dict[str, Close]:
    error = rules.obstacle(Action.LISTEN, space=space, actor=ANONYMOUS)
    if error is None:
        return {}
    close = events.CLOSE_LOCKED if error.code == "locked" else events.CLOSE_UNAUTHENTICATED
    return dict.fromkeys(connections, close)


@dataclass(frozen=True, slots=True)
class Sign:
    """The session or token by which a socket was let in. `proof` is the password's hash of that time, and empty for a
    token."""

    user_id: int
    session_key: str
    proof: str


def signs_of(sockets: Collection["Socket"], broadcasts: Collection["Broadcast"] = ()) -> set[Sign]:
    """Return the signs of the sockets, and of broadcasting software that came by a token. Sockets without an account
    have none."""
    by_sockets = {Sign(socket.user_id, socket.session_key, socket.proof) for socket in sockets if socket.user_id}
    return by_sockets | {Sign(found.user_id, found.session_key, "") for found in broadcasts if found.session_key}


def are_over(signs: Set[Sign]) -> dict[Sign, Close]:
    """Return the signs that are no longer valid, and why: logged out, expired, revoked, or of a closed account.

    A sign with an older password is closed with `CLOSE_RESTART`: the session that knows the new one may come back. It
    takes three queries, however many signs there are.
    """
    keys = _valid_sessions(signs) | _valid_tokens(signs)
    users = get_user_model().objects.filter(pk__in={sign.user_id for sign in signs}, is_active=True)
    passwords = dict(users.values_list("pk", "password"))
    over = {
        sign: events.CLOSE_UNAUTHENTICATED
        for sign in signs
        if sign.session_key not in keys or sign.user_id not in passwords
    }
    older = {sign for sign in signs - over.keys() if sign.proof and sign.proof != passwords[sign.user_id]}
    return over | dict.fromkeys(older, events.CLOSE_RESTART)


def _valid_sessions(signs: Set[Sign]) -> set[str]:
    keys = {sign.session_key for sign in signs}
    return set(
        Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now()).values_list(
            "session_key", flat=True
        )
    )


def _valid_tokens(signs: Set[Sign]) -> set[str]:
    ids = {found for sign in signs if (found := events.token_of_session(sign.session_key)) is not None}
    tokens = AccessToken.objects.filter(pk__in=ids, expires__gt=timezone.now())
    return {events.token_session(pk) for pk in tokens.values_list("pk", flat=True)}
