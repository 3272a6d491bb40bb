"""Find the visitor behind a handshake: by the token of a program, or by the Django session of a page."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest

from accounts.credentials import token_for
from spaces import events
from spaces.doors.signalling.handshakes import session_key_of
from spaces.doors.signalling.origins import bearer_key
from spaces_project.common.api.scopes import Scope
from spaces_project.common.errors import Refused

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True, slots=True)
class Visitor:
    """The user of a socket, if there is one. `scopes` lists what a token allows. It is None for a page of this site,
    which may do all that its user may."""

    user: "User | None"
    session_key: str
    scopes: frozenset[str] | None = None

    def may(self, scope: Scope) -> bool:
        """Return True for a page, or for a token with this scope."""
        return self.scopes is None or scope in self.scopes

    def require(self, scope: Scope | None) -> None:
        """Raise `missing_scope` if the visitor came with a token that does not have this scope. No token has None."""
        if self.scopes is not None and scope not in self.scopes:
            words = f"This needs a token with {scope.value}." if scope else "A token may not send this."
            raise Refused("missing_scope", words, scopes=[scope.value] if scope else [])

    @property
    def proof(self) -> str:
        """Return the password's hash, on which a session depends. A token does not depend on it, so it has the empty
        string."""
        return self.user.password if self.user is not None and self.scopes is None else ""

    @property
    def user_id(self) -> int:
        """Return the user's id, or 0 without an account. No user has id 0."""
        return self.user.pk if self.user else 0


STRANGER = Visitor(user=None, session_key="")
"""The visitor without an account."""


def visitor(scope: Mapping[str, Any]) -> Visitor | None:
    """Return the active user behind an ASGI scope, or None. This reads the token or the session, and the user, from the
    database. If there is a token, the cookies are ignored: a browser adds cookies by itself, but never a token header.
    """
    key = bearer_key(scope)
    return _by_session(scope) if key is None else _by_token(key)


def _by_token(key: str) -> Visitor | None:
    token = token_for(key)
    if token is None or token.user is None:
        return None
    return Visitor(user=token.user, session_key=events.token_session(token.pk), scopes=frozenset(token.scope.split()))


def _by_session(scope: Mapping[str, Any]) -> Visitor | None:
    session_key = session_key_of(scope)
    if not session_key:
        return None
    store = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    # `get_user` reads only the session, and checks that the password has not changed since.
    user = get_user(cast(HttpRequest, SimpleNamespace(session=store)))
    if not (user.is_authenticated and user.is_active):
        return None
    return Visitor(user=user, session_key=session_key)
