"""The base of every API view: JSON in and out, one shape of errors, rate limit headers, and ETags on reads."""

import hashlib
from collections.abc import Callable
from typing import Any, TypeVar, cast

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from rest_framework import exceptions
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from accounts.api.authentication import BearerAuthentication, PageAuthentication
from accounts.api.idempotency import once
from accounts.models import User
from spaces_project.common.api import problems
from spaces_project.common.api.operations import Operation
from spaces_project.common.api.problems import PROBLEM_JSON, BadRequest, MissingScope, NeedsUser
from spaces_project.common.api.rendering import JsonRenderer
from spaces_project.common.api.schema import OperationSchema
from spaces_project.common.api.throttling import Allowance, take
from spaces_project.common.api.vocabulary import speaks_of_posts
from spaces_project.common.errors import BACKEND_AWAY, NotFound, ProductError, TooMany, TryAgain

Answer = TypeVar("Answer", bound=HttpResponseBase)

_OURS = (ProductError, BadRequest, MissingScope, NeedsUser)


class ApiRequest(Request):
    """A request behind `ApiView`, in an operation that needs a user."""

    user: User


class OnlyJson(BaseContentNegotiation):
    """Content negotiation that always answers JSON, also to a program that accepts `*/*` or `text/html`."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class ApiView(APIView):
    """The base view of `/api/v1`. Its methods are declared by `@operation`."""

    authentication_classes = [BearerAuthentication, PageAuthentication]
    renderer_classes = [JsonRenderer]
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    content_negotiation_class = OnlyJson
    metadata_class = None
    schema = OperationSchema()
    allowance: Allowance | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().dispatch(request, *args, **kwargs)
        patch_vary_headers(response, ["Authorization", "Cookie"])
        rendered: HttpResponse = cast(Response, response).render()
        if request.method not in ("GET", "HEAD") or response.status_code != 200:
            return rendered
        etag = f'"{hashlib.sha256(rendered.content).hexdigest()[:32]}"'
        rendered["ETag"] = etag
        rendered["Cache-Control"] = "private, no-cache"
        answer = get_conditional_response(request, etag=etag, response=rendered)
        return rendered if answer is None else _with(answer, self._allowance_headers(request))

    def get_exception_handler(self) -> Callable[[Exception, dict[str, Any]], Response | None]:
        return self._problem

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Response:
        finished = super().finalize_response(request, response, *args, **kwargs)
        return _with(finished, self._allowance_headers(request))

    def perform_authentication(self, request: Request) -> None:
        """Authenticate the request, and count every failure against its network address.

        Raises `TooMany` `too_many` once an address has failed too often: guessing tokens must be limited before a user
        is known.
        """
        try:
            super().perform_authentication(request)
            if request.auth is None and isinstance(request.user, AnonymousUser):
                raise exceptions.NotAuthenticated
        except (exceptions.AuthenticationFailed, exceptions.NotAuthenticated):
            self.allowance = take(what="nobody", who=_address(request))
            if self.allowance.is_spent:
                raise TooMany("too_many", "Too many requests.", reset=self.allowance.reset) from None
            raise

    def caller_key(self, request: Request) -> str:
        """Return the key of the caller's rate limit: a user through one app, or an app in its own name."""
        app = getattr(request.auth, "application_id", None) or "-"
        return f"{app}:{request.user.pk or '-'}"

    def once(self, operation: Operation, answer: Callable[[], Response]) -> Response:
        return once(self.request, cast(User, self.request.user), answer)

    def shown(self, found: Any) -> Any:
        return found

    def translate(self, error: Exception) -> tuple[int, Any]:
        return problems.as_ours(error)

    def _allowance_headers(self, request: HttpRequest | Request) -> dict[str, str]:
        if self.allowance is None:
            self.allowance = take(what="other", who=_address(request))
        return self.allowance.headers()

    def _problem(self, error: Exception, context: dict[str, Any]) -> Response | None:
        status, problem = self.translate(_translatable(error))
        response = Response(problem, status=status, content_type=PROBLEM_JSON)
        if status == 401:
            response["WWW-Authenticate"] = 'Bearer realm="api"'
        return response


class XView(ApiView):
    """The base view of `/2`. Its errors have X's shape and name fields as the request does."""

    def shown(self, found: Any) -> Any:
        return problems.of_posts(found) if speaks_of_posts(self.request._request) else found

    def translate(self, error: Exception) -> tuple[int, Any]:
        status, problem = problems.as_x(error)
        return status, self.shown(problem)


class Nowhere(ApiView):
    """The answer for unknown paths under `/api/v1`: a 404 in the same shape as every other error."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise NotFound("not_found", "Nothing exists at this address.")


class NowhereOnX(Nowhere, XView):
    """The answer for unknown paths under `/2`, in X's shape."""


def viewer_id(request: Request) -> int | None:
    """Return the id of the user who reads, or None for an app in its own name."""
    return None if isinstance(request.user, AnonymousUser) else request.user.pk


def _translatable(error: Exception) -> Exception:
    if isinstance(error, _OURS):
        return error
    if isinstance(error, exceptions.APIException):
        detail = "Unauthorized" if error.status_code == 401 else str(error.detail)
        return _Plain(error.status_code, detail)
    if isinstance(error, BACKEND_AWAY):
        return TryAgain("try_again", "That did not work. Try again.", retry_after=1)
    raise error


class _Plain(ProductError):
    """An error that Django REST framework raises itself: 401, 405, or a CSRF failure."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(_CODES.get(status, "refused"), detail)
        self.status = status


_CODES = {401: "unauthorized", 403: "forbidden", 405: "method_not_allowed"}


def _address(request: HttpRequest | Request) -> str:
    return BaseThrottle().get_ident(cast(Request, request))


def _with(response: Answer, headers: dict[str, str]) -> Answer:
    for name, value in headers.items():
        response[name] = value
    return response
