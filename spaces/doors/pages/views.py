"""Views: one call into a service or a selector, then an answer."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import PersonRequest, reader_of
from accounts.models import User
from spaces import rules, selectors, services
from spaces.doors.pages.forms import ChangeForm, SpaceForm, chosen_repetition, chosen_time
from spaces.models import Recording, Space
from spaces.recordings.selectors import recording_for
from spaces.selectors.discovery import Tab, discovery_page, glance
from spaces.selectors.replays import clips_of, may_clip
from spaces.selectors.space_page import space_page
from spaces.selectors.statistics import statistics
from spaces_project.common.errors import NotFound, ProductError
from spaces_project.common.http import as_response, translates_errors, wants_json, wants_partial

PLOT_WIDTH, PLOT_HEIGHT = 600, 160
"""The size of the plot of a Space in its own units. The page scales it."""
SCHEDULE = "schedule"
"""The value of `act` that the second button of the sheet sends."""


@require_safe
def connection(request: HttpRequest) -> HttpResponse:
    """Show the page that tests the connection. Every browser may open it, also before the site is set up."""
    return render(request, "connection/page.html")


@require_safe
@translates_errors
def space(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the page of a Space, also to visitors without an account: the link is shared with everyone."""
    user = reader_of(request)
    page = space_page(public_id=public_id, user=user)
    obstacle = rules.hosting_obstacle(user) if user is not None and page.is_host else None
    recording = _recording(public_id, user) if page.is_over else None
    context = {"space": page, "obstacle": obstacle, "recording": recording}
    return render(request, "spaces/space.html", context | (_clips(recording, user) if recording else {}))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
@translates_errors
def broadcast(request: PersonRequest, public_id: str) -> HttpResponse:
    """Show where broadcasting software sends the user's voice, and make its key or revoke it (POST, `act` is `make` or
    `revoke`). A key is shown in the answer to its making, and never again."""
    key = ""
    if request.POST.get("act") == "make":
        key = services.make_broadcast_key(public_id=public_id, user=request.user)
    elif request.POST.get("act") == "revoke":
        services.revoke_broadcast_key(public_id=public_id, user=request.user)
    space, has_key = selectors.broadcast_page(public_id=public_id, user=request.user)
    address = settings.PUBLIC_ORIGIN + reverse("whip", args=[public_id])
    context = {"space": space, "key": key, "has_key": has_key, "address": address}
    return render(request, "spaces/broadcast.html", context)


def _clips(recording: Recording, user: User | None) -> dict[str, Any]:
    return {
        "may_clip": may_clip(recording, user),
        "clips": clips_of(recording, user_id=user.pk if user else None) if recording.is_ready else [],
    }


def _recording(public_id: str, user: User | None) -> Recording | None:
    try:
        return recording_for(public_id=public_id, user=user)
    except NotFound:
        return None


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@translates_errors
def spaces(request: PersonRequest) -> HttpResponse:
    """Show discovery (GET) or create a Space (POST).

    `tab` (`live`, `scheduled` or `people`), `q`, `topic` (an id), `language` (a code), `friends` and `page` choose what
    is listed. A request for a part of the page gets the list alone.
    """
    if request.method == "POST":
        return _create_space(request)
    found = discovery_page(
        user=request.user,
        tab=_tab(request.GET.get("tab", "")),
        query=request.GET.get("q", ""),
        topic=request.GET.get("topic"),
        language=request.GET.get("language", ""),
        friends=request.GET.get("friends") == "1",
        page=request.GET.get("page"),
    )
    part = "spaces/_found_people.html" if found.tab == Tab.PEOPLE else "spaces/_found.html"
    template = part if wants_partial(request) else "spaces/discover.html"
    return render(request, template, {"found": found, "obstacle": rules.hosting_obstacle(request.user)})


def _tab(name: str) -> Tab:
    return Tab(name) if name in set(Tab) else Tab.LIVE


@require_safe
@login_required
def spaces_glance(request: PersonRequest) -> HttpResponse:
    """Show the lists of the right column on wide screens, while no room is open."""
    return render(request, "spaces/_glance.html", {"glance": glance(user=request.user)})


@require_safe
@login_required
def new_space(request: PersonRequest) -> HttpResponse:
    """Show the create sheet as a page, for browsers without script."""
    return render(request, "spaces/new.html", {"obstacle": rules.hosting_obstacle(request.user)})


def _create_space(request: PersonRequest) -> HttpResponse:
    """Create a Space. Answer the script with 201 and `{"id", "url"}`, and redirect a plain form to the new Space (303).
    Errors go to the script as JSON, and into the form shown again."""
    form = SpaceForm(request.POST)
    try:
        created = _created(request, form)
    except ProductError as error:
        return as_response(request, error) if wants_json(request) else _sheet_again(request, form, error)
    if wants_json(request):
        return JsonResponse({"id": created.public_id, "url": created.get_absolute_url()}, status=201)
    return _see_other(created.get_absolute_url())


def _created(request: PersonRequest, form: SpaceForm) -> Space:
    title = request.POST.get("title", "")
    if request.POST.get("act") == SCHEDULE:
        return services.schedule_space(
            user=request.user,
            title=title,
            when=chosen_time(form),
            options=form.options(),
            **chosen_repetition(form),
        )
    return services.create_space(user=request.user, title=title, options=form.options())


def _sheet_again(request: PersonRequest, form: SpaceForm, error: ProductError) -> HttpResponse:
    context = {"obstacle": rules.hosting_obstacle(request.user), "form": form, "error": error}
    return render(request, "spaces/new.html", context, status=error.status)


# --- Afterwards -------------------------------------------------------------------------------------------------------


@require_safe
@never_cache
@login_required
@translates_errors
def space_statistics(request: PersonRequest, public_id: str) -> HttpResponse:
    """Show the host how many people came to an ended Space, for how long, and when they reacted."""
    found = statistics(public_id=public_id, user=request.user)
    shown = {
        "found": found,
        "people_line": _line([point.people for point in found.points]),
        "reactions_line": _line([point.reactions for point in found.points]),
        "plot": {"width": PLOT_WIDTH, "height": PLOT_HEIGHT},
    }
    return render(request, "spaces/statistics.html", shown)


def _line(figures: Sequence[int]) -> str:
    """Return the points of a plotted line, as SVG takes them."""
    highest, across = max(*figures, 1), max(len(figures) - 1, 1)
    return " ".join(
        f"{round(place / across * PLOT_WIDTH)},{round((1 - figure / highest) * PLOT_HEIGHT)}"
        for place, figure in enumerate(figures)
    )


@require_safe
@never_cache
@login_required
@translates_errors
def space_statistics_file(request: PersonRequest, public_id: str) -> HttpResponse:
    """Return the points of the plot as CSV."""
    found = statistics(public_id=public_id, user=request.user)
    points = (f"{point.minute},{point.people},{point.reactions}" for point in found.points)
    rows = ["minute,people,reactions", *points, ""]
    answer = HttpResponse("\r\n".join(rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{found.space.public_id}.csv"'
    return answer


# --- Scheduled Spaces -------------------------------------------------------------------------------------------------


@require_POST
@login_required
@translates_errors
def start_space(request: PersonRequest, public_id: str) -> HttpResponse:
    """Start a scheduled Space. Answer the script with `{"id", "url"}`, and redirect a plain form to the Space's page
    (303). The next four views answer in the same way."""
    services.start_space(public_id=public_id, user=request.user)
    return _back_to(request, public_id)


@require_POST
@login_required
@translates_errors
def change_space(request: PersonRequest, public_id: str) -> HttpResponse:
    """Rename or move a scheduled Space, or let it repeat."""
    services.update_space(public_id=public_id, user=request.user, **ChangeForm(request.POST).changes())
    return _back_to(request, public_id)


@require_POST
@login_required
@translates_errors
def cancel_space(request: PersonRequest, public_id: str) -> HttpResponse:
    """Cancel a scheduled Space, with `following` also all that follow it."""
    following = request.POST.get("following") == "1"
    services.cancel_space(public_id=public_id, user=request.user, following=following)
    return _back_to(request, public_id)


@require_POST
@login_required
@translates_errors
def remind(request: PersonRequest, public_id: str) -> HttpResponse:
    """Set a reminder for a scheduled Space."""
    services.set_reminder(public_id=public_id, user=request.user)
    return _back_to(request, public_id)


@require_POST
@login_required
@translates_errors
def unremind(request: PersonRequest, public_id: str) -> HttpResponse:
    """Delete a reminder."""
    services.clear_reminder(public_id=public_id, user=request.user)
    return _back_to(request, public_id)


def _back_to(request: PersonRequest, public_id: str) -> HttpResponse:
    url = reverse("space", args=[public_id])
    return JsonResponse({"id": public_id, "url": url}) if wants_json(request) else _see_other(url)


def _see_other(url: str) -> HttpResponse:
    response = redirect(url)
    response.status_code = 303
    return response
