"""The page that lists the sessions of a user."""

import re
from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import services
from accounts.http import PersonRequest
from accounts.reauthentication import asks_again
from spaces_project.common.http import translates_errors

# The order matters: Edge and Opera also say "Chrome", which also says "Safari".
_BROWSERS = ("Edg", "OPR", "Firefox", "Chrome", "Safari")
_NAMES = {"Edg": "Edge", "OPR": "Opera"}
_SYSTEMS = ("iPhone", "iPad", "Android", "Windows", "Mac OS X", "CrOS", "Linux")


@dataclass(frozen=True, slots=True)
class SessionLine:
    id: int
    device: str
    address: str
    since: datetime
    is_current: bool


@require_safe
@never_cache
@login_required
def sessions(request: PersonRequest) -> HttpResponse:
    lines = [_line(row, request) for row in services.list_sessions(user=request.user)]
    return render(request, "accounts/sessions.html", {"sessions": lines})


@require_POST
@login_required
@asks_again
@translates_errors
def end_session(request: PersonRequest, session_id: int) -> HttpResponse:
    services.end_session(user=request.user, session_id=session_id)
    messages.success(request, _("That session is logged out."))
    return redirect("sessions")


@require_POST
@login_required
@asks_again
def end_other_sessions(request: PersonRequest) -> HttpResponse:
    ended = services.end_other_sessions(user=request.user, keep=request.session.session_key or "")
    messages.success(
        request,
        ngettext("Logged out of {number} other session.", "Logged out of {number} other sessions.", ended).format(
            number=ended
        ),
    )
    return redirect("sessions")


def device_of(user_agent: str) -> str:
    """Return the name of a browser and its system, as far as the user agent names them."""
    browser = next((name for name in _BROWSERS if f"{name}/" in user_agent), "")
    system = next((name for name in _SYSTEMS if re.search(rf"\b{name}\b", user_agent)), "")
    known = [_NAMES.get(browser, browser), {"Mac OS X": "macOS", "CrOS": "ChromeOS"}.get(system, system)]
    found = [part for part in known if part]
    if len(found) == len(known):
        return _("{browser} on {system}").format(browser=found[0], system=found[1])
    return found[0] if found else _("A program")


def _line(row: UserSession, request: PersonRequest) -> SessionLine:
    return SessionLine(
        id=row.pk,
        device=device_of(row.user_agent),
        address=row.ip,
        since=row.created_at,
        is_current=row.session_key == request.session.session_key,
    )
