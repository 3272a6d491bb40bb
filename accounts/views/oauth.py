"""The OAuth endpoints for programs: tokens, revocation and metadata. Every answer is JSON."""

import json
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from oauth2_provider.views import OAuthServerMetadataView, RevokeTokenView, TokenView

from spaces_project.common.addresses import address_of_request
from spaces_project.common.errors import BACKEND_AWAY
from spaces_project.common.http import AWAY_SECONDS
from spaces_project.common.limits import count, counted

logger = logging.getLogger(__name__)

REFUSED = "oauth:refused"
MOST_REFUSALS, WINDOW = 60, timedelta(minutes=15)
"""Limit of wrong secrets from one network address.

Checking one costs a tenth of a second, because secrets are hashed like passwords.
"""
_UNREADABLE = (ValueError, SuspiciousOperation, MultiPartParserError, UnreadablePostError)


@method_decorator(csrf_exempt, name="dispatch")
class JsonView:
    """A mixin placed before a view of the toolkit.

    It answers faults as JSON, where the toolkit would answer with a page.
    """

    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        address = address_of_request(request)
        if counted(what=REFUSED, who=address) >= MOST_REFUSALS:
            return oauth_error(429, "slow_down", "Too many wrong secrets. Wait.", headers={"Retry-After": "900"})
        answer = _in_json(lambda: super(JsonView, self).dispatch(request, *args, **kwargs))  # type: ignore[misc]
        if answer.status_code == 401:
            count(what=REFUSED, who=address, window=WINDOW)
        return answer

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return oauth_error(405, "invalid_request", "Send POST.", headers={"Allow": "POST"})


class Token(JsonView, TokenView):
    """The token endpoint: it exchanges codes, refresh tokens and an app's own credentials for tokens."""

    http_method_names: ClassVar[list[str]] = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer a token request. The toolkit's flow for devices is left out because we do not have it.

        The token type is written as X writes it. Its case has no meaning (RFC 6749, 5.1), but tweepy compares it letter
        by letter.
        """
        answer: HttpResponse = self.authorization_flow_token_response(request)
        if answer.status_code == 200:
            answer.content = json.dumps({**json.loads(answer.content), "token_type": "bearer"})
        return _named(answer)


class Revoke(JsonView, RevokeTokenView):
    """The endpoint where a program gives a token back. An unknown token counts as revoked."""

    http_method_names: ClassVar[list[str]] = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = super().post(request, *args, **kwargs)
        return _named(JsonResponse({"revoked": True}) if answer.status_code == 200 else answer)


class Metadata(OAuthServerMetadataView):
    """The addresses of all endpoints (RFC 8414).

    They use the site's configured name, not the `Host` header of the request.
    """

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        told = json.loads(super().get(request, *args, **kwargs).content)
        told |= {"issuer": settings.PUBLIC_ORIGIN, "service_documentation": _ours("api_docs")}
        response = JsonResponse(told)
        response["Access-Control-Allow-Origin"] = "*"
        return response

    def _get_endpoint_url(self, request: HttpRequest, view_name: str, required: bool = False) -> str | None:
        found = super()._get_endpoint_url(request, view_name, required)
        return _ours(f"oauth2_provider:{view_name}") if found else None


@csrf_exempt
def no_such_path(request: HttpRequest) -> HttpResponse:
    return oauth_error(404, "not_found", "Nothing exists at this address.")


def oauth_error(status: int, error: str, description: str, headers: dict[str, str] | None = None) -> HttpResponse:
    """Return an error in the form of RFC 6749, 5.2."""
    body = {"error": error, "error_description": description}
    return JsonResponse(body, status=status, headers={"Cache-Control": "no-store", **(headers or {})})


def _in_json(answer: Callable[[], HttpResponse]) -> HttpResponse:
    try:
        return answer()
    except _UNREADABLE:
        return oauth_error(400, "invalid_request", "The request could not be read.")
    except BACKEND_AWAY:
        retry = {"Retry-After": str(AWAY_SECONDS)}
        return oauth_error(503, "temporarily_unavailable", "That did not work. Try again.", headers=retry)
    except Exception:
        # Programs always read JSON here; the log gets what Django would have logged.
        logger.exception("OAuth failed")
        return oauth_error(500, "server_error", "That did not work.")


def _named(answer: HttpResponse) -> HttpResponse:
    """Set the headers of an answer.

    A 401 names the scheme that clients authenticate with here; oauthlib would name Bearer, which no client sends to
    this endpoint.
    """
    answer["Content-Type"] = "application/json"
    answer["Cache-Control"] = "no-store"
    if answer.status_code == 401:
        answer["WWW-Authenticate"] = 'Basic realm="oauth2"'
    return answer


def _ours(view_name: str) -> str:
    return f"{settings.PUBLIC_ORIGIN}{reverse(view_name)}"
