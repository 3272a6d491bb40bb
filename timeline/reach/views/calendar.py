"""Calendar files: of one Space, and the feed of a user."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import PersonRequest
from spaces.selectors import get_shown_space
from spaces_project.common.errors import NotFound
from spaces_project.common.http import translates_errors
from timeline.reach import calendars, services

KIND = "text/calendar; charset=utf-8"
"""RFC 5545 has UTF-8 only, but says so nowhere in the file."""


@require_safe
@translates_errors
def space_calendar(request: HttpRequest, public_id: str) -> HttpResponse:
    """Return the calendar file of a Space with a time. It is as public as the page of the Space."""
    space = get_shown_space(public_id)
    if space.scheduled_start is None:
        raise NotFound("not_found", _("This Space has no time yet."))
    answer = HttpResponse(calendars.calendar_of(space), content_type=KIND)
    answer["Content-Disposition"] = f'attachment; filename="{space.public_id}.ics"'
    return answer


@require_safe
@cache_control(private=True, max_age=300)
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """Return the Spaces of the user with this secret address."""
    owner = services.owner_of_calendar(token)
    if owner is None:
        raise Http404
    return HttpResponse(calendars.feed_of(owner), content_type=KIND)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def calendar_settings(request: PersonRequest) -> HttpResponse:
    """Show the address of the user's calendar (GET), or replace it (POST)."""
    if request.method == "POST":
        services.replace_calendar_token(request.user)
        messages.success(request, _("Your calendar has a new address. The old one no longer works."))
        return redirect("calendar_settings")
    path = reverse("calendar_feed", args=[services.calendar_token(request.user)])
    return render(
        request, "reach/calendar.html", {"address": calendars.address(path), "app": calendars.address(path, app=True)}
    )
