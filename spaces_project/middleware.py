"""Middleware around every view."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final, cast
from urllib.parse import urlsplit

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.db import DataError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.http.request import split_domain_port, validate_host
from django.middleware.gzip import GZipMiddleware
from django.utils.decorators import sync_and_async_middleware
from django.utils.deprecation import MiddlewareMixin
from django.views.defaults import bad_request

from spaces_project.common.addresses import address_of_request, is_from_this_machine
from spaces_project.common.limits import acting_from
from spaces_project.common.origins import site_is_local

Answer = Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]

logger = logging.getLogger(__name__)

FOR_THIS_MACHINE: Final = ("/healthz", "/metrics")
"""Paths for monitors on this machine, which may use any host name for it."""
PRIVATE_TYPES: Final = ("text/html", "application/json", "application/problem+json")
PERMISSIONS: Final = ", ".join(
    [
        "microphone=(self)",
        *(
            f"{feature}=()"
            for feature in (
                "accelerometer",
                "browsing-topics",
                "camera",
                "display-capture",
                "geolocation",
                "gyroscope",
                "hid",
                "magnetometer",
                "midi",
                "payment",
                "serial",
                "usb",
                "xr-spatial-tracking",
            )
        ),
    ]
)
"""The browser features that scripts of a page may use.

The list also restricts a foreign script, should one ever get in.
"""


@sync_and_async_middleware
def counts_addresses(get_response: Answer) -> Any:
    """Make rate limits count the network address of the request, for every service that it calls."""
    if not iscoroutinefunction(get_response):

        def answer(request: HttpRequest) -> HttpResponseBase:
            with acting_from(address_of_request(request)):
                return cast(HttpResponseBase, get_response(request))

        return answer

    async def answer_later(request: HttpRequest) -> HttpResponseBase:
        with acting_from(address_of_request(request)):
            return await cast(Awaitable[HttpResponseBase], get_response(request))

    return answer_later


class OneName(MiddlewareMixin):
    """Middleware that makes a public site use the host name of its origin, whatever name and port the request gave.

    Host names that are not allowed are refused first, as usual. Django does not check the port of an allowed one.
    """

    def process_request(self, request: HttpRequest) -> None:
        if site_is_local():
            return
        if request.path not in FOR_THIS_MACHINE or not is_from_this_machine(request):
            request.get_host()
        netloc = urlsplit(settings.PUBLIC_ORIGIN).netloc
        if validate_host(split_domain_port(netloc)[0], settings.ALLOWED_HOSTS):  # else every page would be a 400
            request.META["HTTP_HOST"] = netloc


class Headers(MiddlewareMixin):
    """Middleware for the headers of every answer: the allowed browser features, and `no-store` for
    what a logged-in user sees."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        if _is_for_a_member(request, response) and _type_of(response) in PRIVATE_TYPES:
            response["Cache-Control"] = "no-store"
        return response


def _is_for_a_member(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Return whether the request has a session, or the answer begins or ends one. Makes no query."""
    name = settings.SESSION_COOKIE_NAME
    return name in request.COOKIES or name in response.cookies


def _type_of(response: HttpResponseBase) -> str:
    return str(response.headers.get("Content-Type", "")).partition(";")[0].strip().lower()


class Unstorable(MiddlewareMixin):
    """Middleware that answers 400 for a value that the database cannot store.

    Such a value is a NUL, which PostgreSQL has in no text, or a number beyond 64 bits. It is the client's error, not
    ours. Our own forms refuse both; views of libraries pass on what they get.
    """

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        if not isinstance(exception, (DataError, OverflowError)):
            return None
        logger.warning("a value was refused by the database: %s", type(exception).__name__)
        return bad_request(request, exception)


class CompressedPages(GZipMiddleware):
    """Middleware that compresses pages and their parts. JSON is left alone: its ETags are strong, and programs compare
    them.

    Django varies the length of compressed answers, so that it reveals nothing about a secret beside reflected text
    (BREACH).
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if isinstance(response, HttpResponse) and _type_of(response) == "text/html":
            return super().process_response(request, response)
        return response
