"""Translation of product errors to HTTP, for pages, parts of pages and JSON endpoints alike."""

import sys
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import defaults
from django_htmx.http import reswap
from django_htmx.middleware import HtmxDetails

from spaces_project.common.api.problems import PROBLEM_JSON, as_ours, as_x
from spaces_project.common.errors import BACKEND_AWAY, ProductError, TryAgain
from spaces_project.common.limits import too_many

P = ParamSpec("P")
R = TypeVar("R", bound=HttpRequest)
View = Callable[Concatenate[R, P], HttpResponseBase]

HEADINGS = {
    HTTPStatus.NOT_FOUND: gettext_lazy("Page not found"),
    HTTPStatus.FORBIDDEN: gettext_lazy("You can't do that"),
    HTTPStatus.TOO_MANY_REQUESTS: gettext_lazy("Too many requests"),
    HTTPStatus.SERVICE_UNAVAILABLE: gettext_lazy("Temporarily unavailable"),
}
OTHER_HEADING = gettext_lazy("That did not work")

PROGRAMS: Final = ("/2/", "/api/v1/", "/oauth2/")
"""Paths that only programs request."""
AWAY_SECONDS: Final = 5
"""The delay after which the client is asked to retry."""


def translates_errors(view: View[R, P]) -> View[R, P]:
    """Wrap a view so that a `ProductError` becomes a response with the error's HTTP status.

    Programs get `{"error": {"code", "message", "details"}}`, people get a page, and htmx gets a toast when it asked for
    a part of one.
    """

    @wraps(view)
    def translated(request: R, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except ProductError as error:
            return as_response(request, error)

    return translated


def as_response(request: HttpRequest, error: ProductError) -> HttpResponse:
    """Return the response for an error, with `Retry-After` if the error says when to retry."""
    response = _response(request, error)
    if "retry_after" in error.details:
        response["Retry-After"] = str(error.details["retry_after"])
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer an exception that no view handled. Django calls this while the exception is being handled.

    A database or Redis that is down is not a fault of our code. The answer says when to retry, on a page that needs
    neither of the two.
    """
    if not isinstance(sys.exc_info()[1], BACKEND_AWAY):
        return _broken_for_program(request) if request.path.startswith(PROGRAMS) else defaults.server_error(request)
    error = TryAgain("try_again", _("That did not work. Try again."), retry_after=AWAY_SECONDS)
    if request.path.startswith(PROGRAMS):
        return as_problem(request, error)
    if wants_json(request) or wants_partial(request):
        return as_response(request, error)
    page = HttpResponse(render_to_string("503.html"), status=error.status)
    page["Retry-After"] = str(AWAY_SECONDS)
    return page


def _broken_for_program(request: HttpRequest) -> HttpResponse:
    """Answer a fault with JSON, which a program gets whatever it asked for."""
    problem = {"type": "about:blank", "title": "Internal Server Error", "status": 500, "detail": "That did not work."}
    return JsonResponse(problem, status=500, content_type=PROBLEM_JSON)


def as_problem(request: HttpRequest, error: TryAgain) -> HttpResponse:
    """Answer a program as the API itself would, from middleware, which runs before the API is reached."""
    answer = problem_response(*(as_x(error) if request.path.startswith("/2/") else as_ours(error)))
    answer["Retry-After"] = str(AWAY_SECONDS)
    return answer


def problem_response(status: int, problem: Any) -> HttpResponse:
    """Return a response with a problem, as `as_ours` and `as_x` make them (RFC 9457)."""
    return HttpResponse(msgspec.json.encode(problem), status=status, content_type=PROBLEM_JSON)


def too_many_requests(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer for allauth's rate limits on sign-up, log-in and similar pages, which last a minute."""
    return as_response(request, too_many(60))


def _response(request: HttpRequest, error: ProductError) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"error": error.as_dict()}, status=error.status)
    if wants_partial(request):
        # The base page lets htmx swap in answers of every status. This one must not replace the button.
        return reswap(render(request, "errors/_toast.html", {"error": error}, status=error.status), "none")
    heading = HEADINGS.get(HTTPStatus(error.status), OTHER_HEADING)
    return render(request, "errors/problem.html", {"heading": heading, "error": error}, status=error.status)


def wants_partial(request: HttpRequest) -> bool:
    """Return whether htmx will put the answer into a part of the page. A boosted link or form wants a whole page."""
    htmx = HtmxDetails(request)
    return bool(htmx) and not htmx.boosted


def wants_json(request: HttpRequest) -> bool:
    """Return whether the client prefers JSON to a page."""
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"
