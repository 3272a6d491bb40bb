"""The sessions of a user: listing them, and ending them from another device."""

from functools import partial

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import signals
from accounts.models import User
from spaces_project.common.errors import NotFound


def list_sessions(*, user: User) -> list[UserSession]:
    """Return the user's valid sessions, latest log-in first."""
    rows: list[UserSession] = UserSession.objects.purge_and_list(user)
    return sorted(rows, key=lambda row: row.created_at, reverse=True)


def end_session(*, user: User, session_id: int) -> None:
    """End one session and close its sockets. Raises `NotFound` `not_found`."""
    row = UserSession.objects.filter(user=user, pk=session_id).first()
    if row is None:
        raise NotFound("not_found", _("This session has ended."))
    _end(row)


def end_other_sessions(*, user: User, keep: str) -> int:
    """End every session but the one whose key is `keep`. Return how many were ended."""
    others = list(UserSession.objects.filter(user=user).exclude(session_key=keep))
    for row in others:
        _end(row)
    return len(others)


def _end(row: UserSession) -> None:
    with transaction.atomic():
        row.end()
        ended = partial(signals.session_ended.send_robust, UserSession)
        transaction.on_commit(partial(ended, user_id=row.user_id, session_key=row.session_key))
