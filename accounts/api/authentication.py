"""Who calls: a token, or the session of a page of ours."""

from django.contrib.auth.models import AnonymousUser
from oauth2_provider.models import AccessToken
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.credentials import bearer
from accounts.models import User


class BearerAuthentication(BaseAuthentication):
    """`Authorization: Bearer …`. An app's own token is nobody's: its user is anonymous."""

    def authenticate(self, request: Request) -> tuple[User | AnonymousUser, AccessToken] | None:
        kind, _, key = request.headers.get("Authorization", "").partition(" ")
        if not kind:
            return None
        token = bearer(key.strip()) if kind.lower() == "bearer" else None
        if token is None:
            raise AuthenticationFailed
        return token.user or AnonymousUser(), token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class PageAuthentication(SessionAuthentication):
    """Our own pages call by their session, with Django's protection from other sites' pages."""

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'
