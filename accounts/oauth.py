"""OAuth 2 as X's clients use it: the spellings that the toolkit does not read, and the guarantees that it does not
give.

`Core` reads requests and `Validator` decides about them. The setting `OAUTH2_PROVIDER` names both.
"""

import json
import re
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

from django.db.models import Min
from django.http import HttpRequest
from oauth2_provider.models import AccessToken, Application, Grant, RefreshToken
from oauth2_provider.oauth2_backends import OAuthLibCore
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauthlib.oauth2.rfc6749 import errors

from accounts.redirects import redirect_origin
from spaces_project.common.api.scopes import APP_SCOPES, OAUTH_SCOPES
from spaces_project.common.arrival import ARRIVED

LARGEST_BODY: Final = 64 * 1024
_CODES: Final = uuid.UUID("6c1a1f5e-2f5e-4d0c-9a57-3f3c6a0f6b1e")
_METHOD: Final = re.compile(r"(?<=[?&]code_challenge_method=)s256(?=&|\Z)", re.IGNORECASE)
_PLAIN_NAME: Final = re.compile(r"[\w.:-]{1,40}", re.ASCII)


class Core(OAuthLibCore):
    """A reader of requests in the spellings that X's clients use."""

    def _get_escaped_full_path(self, request: HttpRequest) -> str:
        return _METHOD.sub("S256", super()._get_escaped_full_path(request))

    def extract_headers(self, request: HttpRequest) -> dict[str, Any]:
        """Return the headers with the scheme written as the toolkit compares it.

        Its case has no meaning (RFC 9110, 11.1).
        """
        headers: dict[str, Any] = super().extract_headers(request)
        scheme, _, credentials = headers.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() == "basic":
            headers["HTTP_AUTHORIZATION"] = headers["Authorization"] = f"Basic {credentials.strip()}"
        return headers

    def extract_body(self, request: HttpRequest) -> list[tuple[str, str]]:
        """Return the fields of a form or of a JSON object. npm's twitter-api-v2 sends JSON.

        Raises `ValueError` for any other body, and for a NUL character, which databases refuse.
        """
        is_json = request.content_type == "application/json"
        fields: list[tuple[str, str]] = _json_fields(request) if is_json else super().extract_body(request)
        if any("\0" in name + value for name, value in fields):
            raise ValueError("A field contains a NUL character.")
        return fields

    def create_authorization_response(
        self, request: HttpRequest, scopes: list[str], credentials: dict[str, Any], allow: bool
    ) -> Any:
        method = credentials.get("code_challenge_method")
        if method and method.upper() == "S256":
            credentials = {**credentials, "code_challenge_method": "S256"}
        return super().create_authorization_response(request, scopes, credentials, allow)


class Validator(OAuth2Validator):
    """The decisions about requests.

    Every token is made once: of two requests with the same code or refresh token, one gets it.
    """

    def validate_redirect_uri(self, client_id: str, redirect_uri: str, request: Any, *args: Any, **kwargs: Any) -> bool:
        """Check the redirect address again.

        It may have been registered before the rule existed, or not through `register_app`.
        """
        if redirect_origin(redirect_uri) is None:
            return False
        return bool(super().validate_redirect_uri(client_id, redirect_uri, request, *args, **kwargs))

    def get_default_redirect_uri(self, client_id: str, request: Any, *args: Any, **kwargs: Any) -> str:
        uri = str(super().get_default_redirect_uri(client_id, request, *args, **kwargs))
        if redirect_origin(uri) is None:
            raise errors.MismatchingRedirectURIError(request=request)
        return uri

    def validate_scopes(
        self, client_id: str, scopes: list[str], client: Application, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        """Raise `InvalidScopeError` with the unknown names.

        An app in its own name only gets scopes that need no user.
        """
        if unknown := [scope for scope in scopes if scope not in OAUTH_SCOPES]:
            raise errors.InvalidScopeError(description=_unknown(unknown), request=request)
        if request.grant_type == "client_credentials":
            request.scopes = [scope for scope in scopes if scope in APP_SCOPES]
        return bool(request.scopes)

    def validate_code(
        self, client_id: str, code: str, client: Application, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        """Refuse a code that was used before and revoke its tokens: one of the two clients
        that had the code stole it."""
        if super().validate_code(client_id, code, client, request, *args, **kwargs):
            return True
        given = RefreshToken.objects.filter(token_family=_family_of(code), application=client)
        first = given.aggregate(first=Min("created"))["first"]
        if first is not None and first < _arrival(request):
            RefreshToken.revoke_family(_family_of(code))
        return False

    def confirm_redirect_uri(
        self, client_id: str, code: str, redirect_uri: str, client: Application, *args: Any, **kwargs: Any
    ) -> bool:
        return bool(_grant(code, client).redirect_uri_allowed(redirect_uri))

    def get_code_challenge(self, code: str, request: Any) -> str | None:
        return _grant(code, request.client).code_challenge or None

    def get_code_challenge_method(self, code: str, request: Any) -> str | None:
        return _grant(code, request.client).code_challenge_method or None

    def invalidate_authorization_code(self, client_id: str, code: str, request: Any, *args: Any, **kwargs: Any) -> None:
        """Do nothing: the code was deleted in the transaction that made its tokens."""

    def validate_refresh_token(
        self, refresh_token: str, client: Application, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        """Return whether a refresh token is valid. A used one is valid again for a short time, in case its answer was
        lost.

        This holds only while no token of that answer was used. It does not hold for a request that had already arrived
        when the token was used: that is the second of two concurrent requests, and it is refused.
        """
        if not super().validate_refresh_token(refresh_token, client, request, *args, **kwargs):
            return False
        used = request.refresh_token_instance
        return used.user.is_active and (used.revoked is None or used.revoked < _arrival(request))

    def _save_bearer_token(self, token: dict[str, Any], request: Any, *args: Any, **kwargs: Any) -> None:
        """Save the new tokens and use up the code or refresh token.

        The caller runs this in a transaction; the rows locked here keep concurrent requests out.
        """
        grant = None
        if request.grant_type == "authorization_code":
            grant = _grant(request.code, request.client, for_update=True)
        elif request.grant_type == "refresh_token":
            _use_up(request)
        super()._save_bearer_token(token, request, *args, **kwargs)
        if grant is not None:
            grant.delete()

    def _create_refresh_token(self, request: Any, *args: Any) -> RefreshToken:
        """Create a refresh token and name its family after the code it began with, so that a replay of
        the code finds the family."""
        made = super()._create_refresh_token(request, *args)
        if request.grant_type == "authorization_code":
            RefreshToken.objects.filter(pk=made.pk).update(token_family=_family_of(request.code))
        return made


def _grant(code: str, client: Application, *, for_update: bool = False) -> Grant:
    """Return the grant of a code. Raises `InvalidGrantError` if another request has used the code meanwhile."""
    grants = Grant.objects.select_for_update() if for_update else Grant.objects
    grant = grants.filter(code=code, application=client).first()
    if grant is None:
        raise errors.InvalidGrantError
    return grant


def _json_fields(request: HttpRequest) -> list[tuple[str, str]]:
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY:
        raise ValueError("The body is too large.")
    read = json.loads(request.body or b"{}")
    if not isinstance(read, dict):
        raise ValueError("The body is not a JSON object.")
    fields = {name: value for name, value in read.items() if value is not None}
    if not all(isinstance(value, str) for value in fields.values()):
        raise ValueError("Every field is a string.")
    return list(fields.items())


def _use_up(request: Any) -> None:
    """Lock the request's refresh token. Raises `InvalidGrantError` if another request was quicker.

    If the token was used before and its answer was lost, the tokens of that answer are revoked. A client that did
    receive them can do nothing with them.
    """
    seen = request.refresh_token_instance
    locked = RefreshToken.objects.select_for_update().filter(pk=seen.pk).first()
    if locked is None or (seen.revoked is None and locked.revoked is not None):
        raise errors.InvalidGrantError(request=request)
    for lost in AccessToken.objects.filter(source_refresh_token=locked):
        if lost.created >= _arrival(request):
            raise errors.InvalidGrantError(request=request)
        successor = RefreshToken.objects.filter(access_token=lost).first()
        if successor is not None:
            successor.revoke()
        lost.delete()


def _family_of(code: str) -> uuid.UUID:
    return uuid.uuid5(_CODES, code)


def _arrival(request: Any) -> datetime:
    return datetime.fromtimestamp(request.headers[ARRIVED], UTC)


def _unknown(names: Iterable[str]) -> str:
    """Return the error text for unknown scopes.

    Names with characters that an error must not contain (RFC 6749, 5.2) are left out.
    """
    plain = [name for name in names if _PLAIN_NAME.fullmatch(name)]
    return f"Unknown scopes: {' '.join(plain)}." if plain else "Unknown scopes."
