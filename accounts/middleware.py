"""Middleware that keeps a browser's pages and storage in step with the user who is logged in there."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME, SESSION_KEY
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from accounts.site import is_set_up
from spaces_project.common.errors import Refused, TryAgain
from spaces_project.common.http import PROGRAMS, as_problem, as_response, wants_json

COOKIE: Final = "__Host-viewer" if settings.IS_HTTPS else "viewer"
"""The cookie with the key of the logged-in user.

Our scripts compare it with the user their page was made for. It grants no access.
"""
LOGGED_OUT: Final = Refused("login_required", _("You are logged out. Log in, then send it again."))
ANOTHER: Final = Refused("other_person", _("Another account is logged in here now. Nothing was sent."))
NOT_SET_UP: Final = TryAgain("not_set_up", _("This site is not set up yet."))
ALWAYS_OPEN: Final = ("/i/setup", "/i/site.css", "/i/connection", "/static/", "/healthz", "/metrics", "/.well-known/")
"""Paths that a site without an account serves, too."""
CLEARED: Final = '"cache", "storage"'


class TellsViewer:
    """Middleware that names the user in a cookie that scripts can read, and clears the browser's storage when that user
    has gone.

    Each answer is compared with what the browser believed before. This covers every way out of a session: log-out, a
    session ended from another device, a new password, a deleted account.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        if not request.session.accessed:
            return response
        viewer, before = _viewer(request), request.COOKIES.get(COOKIE, "")
        if viewer == before:
            return response
        if viewer:
            _set(response, viewer)
        else:
            response.delete_cookie(COOKIE, samesite="Lax")
        if before:
            response["Clear-Site-Data"] = CLEARED
        return response


class FirstVisit:
    """Middleware that leads every page of a site without an account to the set-up page.

    Programs get `not_set_up`. Without this, the first stranger to come by could sign up before the operator does.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(ALWAYS_OPEN) or is_set_up():
            return self._get_response(request)
        if request.path.startswith(PROGRAMS):
            return as_problem(request, NOT_SET_UP)
        if wants_json(request):
            return as_response(request, NOT_SET_UP)
        return redirect("setup")


class LeadsBack:
    """Middleware that makes the log-in lead back to a page that can be opened.

    A form sent without a session would lead back to its own address, which may not accept GET; its page is used
    instead. Our scripts name the user their page is for (`X-Viewer`). They get an error that says that this user is not
    logged in, or is another one by now. A redirect would not do: the script would take the log-in page for its answer,
    and nothing may be sent in another user's name.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        of_script = request.headers.get("X-Viewer", "")
        if of_script and request.method == "POST" and of_script != (now := str(request.session.get(SESSION_KEY, ""))):
            return as_response(request, ANOTHER if now else LOGGED_OUT)
        response = self._get_response(request)
        if response.status_code != 302 or not _is_to_login(response):
            return response
        if of_script:
            return as_response(request, LOGGED_OUT)
        page = _page_of(request)
        return redirect_to_login(page) if request.method == "POST" and page else response


def _viewer(request: HttpRequest) -> str:
    """Return the user's key. Return "" if a view loaded the user and the session names a deleted or locked account."""
    was_asked_for = getattr(request, "_cached_user", None) is not None
    if was_asked_for and not request.user.is_authenticated:
        return ""
    return str(request.session.get(SESSION_KEY, ""))


def _set(response: HttpResponse, viewer: str) -> None:
    lasts = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    response.set_cookie(COOKIE, viewer, max_age=lasts, secure=settings.IS_HTTPS, samesite="Lax")


def _is_to_login(response: HttpResponse) -> bool:
    """Return whether a response redirects to the log-in with an address to come back to."""
    target = urlsplit(response["Location"])
    return target.path == resolve_url(settings.LOGIN_URL) and f"{REDIRECT_FIELD_NAME}=" in target.query


def _page_of(request: HttpRequest) -> str:
    """Return the path of the page that the form was on, or "" if the browser does not say or the page is not ours."""
    before = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(before, {request.get_host()}, require_https=request.is_secure()):
        return ""
    page = urlsplit(before)
    return f"{page.path}?{page.query}" if page.query else page.path
