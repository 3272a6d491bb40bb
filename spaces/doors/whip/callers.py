"""Find the user behind a WHIP request: by a key for this Space, or by a token of the API."""

from dataclasses import dataclass
from http import HTTPStatus

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.credentials import bearer_key, token_for
from accounts.models import User
from spaces import events, services
from spaces.services import BROADCAST_KEY_PREFIX
from spaces_project.common.addresses import address_of_request
from spaces_project.common.api.problems import MissingScope
from spaces_project.common.api.scopes import Scope
from spaces_project.common.api.throttling import take
from spaces_project.common.errors import ProductError, TooMany


class Unauthorized(ProductError):
    """The request has no valid key or token."""

    status = HTTPStatus.UNAUTHORIZED

    def __init__(self) -> None:
        super().__init__("unauthorized", _("This needs a valid key, as “Bearer” in the header “Authorization”."))


@dataclass(frozen=True, slots=True)
class Broadcaster:
    """The user of a request. `session_key` names the token that it came by: the stream ends with the token. It is empty
    for a key, whose end is a verb of its own."""

    user: User
    session_key: str


def broadcaster(request: HttpRequest, public_id: str) -> Broadcaster:
    """Return the user of a request. Raise `Unauthorized`, `MissingScope`, or `too_many` once an address has failed too
    often: keys must not be guessed."""
    key = bearer_key(request.headers.get("Authorization", ""))
    found = _found(key, public_id) if key is not None else None
    if found is not None:
        return found
    allowance = take(what="nobody", who=address_of_request(request))
    if allowance.is_spent:
        raise TooMany("too_many", _("Too many requests."), reset=allowance.reset)
    raise Unauthorized


def _found(key: str, public_id: str) -> Broadcaster | None:
    if key.startswith(BROADCAST_KEY_PREFIX):
        user = services.user_of_broadcast_key(public_id=public_id, key=key)
        return Broadcaster(user, "") if user is not None else None
    token = token_for(key)
    if token is None or token.user is None:
        return None
    if Scope.SPACE_WRITE.value not in token.scope.split():
        raise MissingScope([Scope.SPACE_WRITE.value])
    return Broadcaster(token.user, events.token_session(token.pk))
