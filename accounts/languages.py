"""The language in which a page, a socket or a mail speaks.

A user's own setting comes first, then the choice in the footer (a cookie), then what the browser asks for. Programs get
English: the texts of their errors are part of the published API.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation.trans_real import parse_accept_lang_header

if TYPE_CHECKING:
    from accounts.models import User

IN_ENGLISH: Final = (
    "/2/",
    "/api/",
    "/oauth2/",
    "/.well-known/",
    "/admin/",
    "/i/setup",
    "/healthz",
    "/metrics",
)
"""Paths of programs and of the staff. The admin and the set-up are in English, as are their documents."""

WITHOUT_WORDS: Final = (
    "/audience/",
    "/static/",
    "/media/",
    "/favicon.ico",
    "/apple-touch-icon.png",
    "/i/site.css",
    "/robots.txt",
)
"""Paths of files that are the same in every language. To look for the user's language would read the session and the
user for each file, and shared caches would keep a copy for each user."""

KEPT_BY_BROWSERS: Final = ("/i/offline",)
"""Pages that a browser keeps for whoever uses it: they follow the browser alone."""


class SpeaksLanguage(MiddlewareMixin):
    """Middleware that answers in the language of the user, the cookie or the browser."""

    def process_request(self, request: HttpRequest) -> None:
        is_settled = request.path.startswith(IN_ENGLISH + WITHOUT_WORDS)
        language = settings.LANGUAGE_CODE if is_settled else _of_request(request)
        translation.activate(language)
        request.LANGUAGE_CODE = language

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("Content-Language", html_name(translation.get_language() or "en"))
            is_kept = request.path in KEPT_BY_BROWSERS
            patch_vary_headers(response, ("Accept-Language",) if is_kept else ("Accept-Language", "Cookie"))
        return response


def html_name(language: str) -> str:
    """Return a language's name as HTML and Intl write it: `pt-BR` for `pt-br`."""
    main, _, region = language.partition("-")
    return f"{main}-{region.upper()}" if region else main


def speaking_to(user: "User | None") -> AbstractContextManager[None]:
    """Return a context in which texts are in the language of this user: for mails and notifications."""
    return translation.override(known(user.language if user is not None else "") or settings.LANGUAGE_CODE)


def of_socket(scope: Mapping[str, Any], user: "User | None", *, is_program: bool) -> str:
    """Return the language of the texts of a socket. `scope` is the ASGI scope of its handshake."""
    if is_program:
        return settings.LANGUAGE_CODE
    headers = dict(scope.get("headers", ()))
    cookie = SimpleCookie(headers.get(b"cookie", b"").decode("latin-1")).get(settings.LANGUAGE_COOKIE_NAME)
    accepted = headers.get(b"accept-language", b"").decode("latin-1")
    own = user.language if user is not None else ""
    return known(own) or known(cookie.value if cookie else "") or _accepted(accepted)


def known(name: str) -> str:
    """Return `name` if the site speaks this language, or ""."""
    return name if name in dict(settings.LANGUAGES) else ""


def _of_request(request: HttpRequest) -> str:
    if request.path in KEPT_BY_BROWSERS:
        return _accepted(request.headers.get("Accept-Language", ""))
    # A visitor without a session is not asked for: the answer may then be kept by caches that all visitors share.
    has_session = settings.SESSION_COOKIE_NAME in request.COOKIES
    own = request.user.language if has_session and request.user.is_authenticated else ""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return known(own) or known(chosen) or _accepted(request.headers.get("Accept-Language", ""))


def _accepted(header: str) -> str:
    """Return the first language of the header that the site speaks, or its default. A variant counts: de-AT is de, and
    pt-PT is nearer to pt-BR than English is."""
    ours = [code for code, _ in settings.LANGUAGES]
    for wanted, _ in parse_accept_lang_header(header):
        main = wanted.partition("-")[0]
        for code in (wanted, main):
            if code in ours:
                return code
        if relative := next((code for code in ours if code.partition("-")[0] == main), ""):
            return relative
    return settings.LANGUAGE_CODE
