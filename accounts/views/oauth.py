"""OAuth for programs: tokens, their revocation, and what this site says of itself. Every answer is JSON."""

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
from spaces_project.common.errors import AWAY
from spaces_project.common.http import AWAY_SECONDS
from spaces_project.common.limits import count, counted

logger = logging.getLogger(__name__)

REFUSED = "oauth:refused"
MOST_REFUSALS, WINDOW = 60, timedelta(minutes=15)
"""Wrong secrets from one address. To look at one costs a tenth of a second: it is hashed as a password is."""
_UNREADABLE = (ValueError, SuspiciousOperation, MultiPartParserError, UnreadablePostError)


@method_decorator(csrf_exempt, name="dispatch")
class JsonView:
    """Goes before a view of the toolkit's, whose own faults are pages for people."""

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
    """Codes, refresh tokens and an app's own credentials become tokens."""

    http_method_names: ClassVar[list[str]] = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Leave out the flow for devices, which the toolkit has and we do not.

        The type is written as X does. Its case means nothing (RFC 6749, 5.1), but tweepy compares it letter by letter.
        """
        answer: HttpResponse = self.authorization_flow_token_response(request)
        if answer.status_code == 200:
            answer.content = json.dumps({**json.loads(answer.content), "token_type": "bearer"})
        return _named(answer)


class Revoke(JsonView, RevokeTokenView):
    """A program gives back a token; an unknown one is none already."""

    http_method_names: ClassVar[list[str]] = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = super().post(request, *args, **kwargs)
        return _named(JsonResponse({"revoked": True}) if answer.status_code == 200 else answer)


class Metadata(OAuthServerMetadataView):
    """Where everything is (RFC 8414), by the site's own name and not by the `Host` somebody asked for."""

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
    except AWAY:
        retry = {"Retry-After": str(AWAY_SECONDS)}
        return oauth_error(503, "temporarily_unavailable", "That did not work. Try again.", headers=retry)
    except Exception:
        # Programs read JSON here whatever happened; the log has what Django's own would.
        logger.exception("OAuth failed")
        return oauth_error(500, "server_error", "That did not work.")


def _named(answer: HttpResponse) -> HttpResponse:
    """Ask for the scheme that a client authenticates with. oauthlib names Bearer, which no client sends here."""
    answer["Content-Type"] = "application/json"
    answer["Cache-Control"] = "no-store"
    if answer.status_code == 401:
        answer["WWW-Authenticate"] = 'Basic realm="oauth2"'
    return answer


def _ours(view_name: str) -> str:
    return f"{settings.PUBLIC_ORIGIN}{reverse(view_name)}"
