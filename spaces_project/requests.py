"""Middleware that times every request and gives it an id, which its log lines and its answer carry."""

import re
import secrets
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject, empty

from spaces_project.common import logs, metrics, security_log
from spaces_project.common.arrival import ARRIVED

HEADER: Final = "X-Request-ID"
_GIVEN: Final = re.compile(r"[\w-]{1,64}", re.ASCII)


REFUSALS: Final = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS)


def _note_refusal(request: HttpRequest, status: int) -> None:
    """Log a refusal. It names the view, not the path, which may hold the key of a password reset."""
    view = request.resolver_match.view_name if request.resolver_match else "none"
    user = _known_user(request)
    security_log.note("refused", request, status=int(status), method=request.method, view=view, user=user)


def _known_user(request: HttpRequest) -> Any:
    """Return the user's id if a view has already loaded the user. No query is made for the log."""
    user = request.__dict__.get("user")
    if isinstance(user, SimpleLazyObject) and user.__dict__.get("_wrapped") is empty:
        return None
    return getattr(user, "pk", None)


class Observed:
    """The outermost Django middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Process the request.

        An id given by a proxy or a program is kept, so that its log and ours can be compared.
        """
        given = request.headers.get(HEADER, "")
        request_id = given if _GIVEN.fullmatch(given) else secrets.token_hex(8)
        started = time.monotonic()
        request.META.setdefault(ARRIVED, time.time())
        with logs.about(request=request_id):
            response = self._get_response(request)
        view = request.resolver_match.view_name if request.resolver_match else "none"
        metrics.HTTP_SECONDS.labels(view, str(response.status_code)).observe(time.monotonic() - started)
        response[HEADER] = request_id
        if response.status_code in REFUSALS:
            _note_refusal(request, response.status_code)
        return response
