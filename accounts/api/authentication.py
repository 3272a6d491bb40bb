"""Authentication of API calls: by a bearer token, or by the session of one of our own pages."""

from django.contrib.auth.models import AnonymousUser
from oauth2_provider.models import AccessToken
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.credentials import bearer_key, token_for
from accounts.models import User


class BearerAuthentication(BaseAuthentication):
    """Authentication by `Authorization: Bearer …`.

    A token that an app got for itself has no user: the request is anonymous.
    """

    def authenticate(self, request: Request) -> tuple[User | AnonymousUser, AccessToken] | None:
        given = request.headers.get("Authorization", "")
        if not given.partition(" ")[0]:
            return None
        key = bearer_key(given)
        token = token_for(key) if key is not None else None
        if token is None:
            raise AuthenticationFailed
        return token.user or AnonymousUser(), token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class PageAuthentication(SessionAuthentication):
    """Authentication of calls from our own pages by their session, with Django's CSRF protection."""

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'
