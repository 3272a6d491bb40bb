"""Views: one call into a service or a selector, then an answer."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import PersonRequest
from spaces import rules, services
from spaces.discovery import Tab, discovery_page, glance
from spaces.forms import ChangeForm, SpaceForm, chosen_time
from spaces.models import Space
from spaces.page import space_page
from spaces_project.common.errors import ProductError
from spaces_project.common.http import as_response, translates_errors, wants_json, wants_partial

SCHEDULE = "schedule"
"""The value of `act` that the second button of the sheet sends."""


@require_safe
@translates_errors
def space(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the page of a Space, also to visitors without an account: the link is shared with everyone."""
    user = request.user if request.user.is_authenticated else None
    page = space_page(public_id=public_id, user=user)
    obstacle = rules.hosting_obstacle(user) if user is not None and page.is_host else None
    return render(request, "spaces/space.html", {"space": page, "obstacle": obstacle})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@translates_errors
def spaces(request: PersonRequest) -> HttpResponse:
    """Show discovery (GET) or create a Space (POST).

    `tab` (`live` or `scheduled`), `q`, `topic` (an id) and `page` choose what is listed. A request for a part of the
    page gets the cards alone.
    """
    if request.method == "POST":
        return _create_space(request)
    found = discovery_page(
        user=request.user,
        tab=Tab.SCHEDULED if request.GET.get("tab") == Tab.SCHEDULED else Tab.LIVE,
        query=request.GET.get("q", ""),
        topic=request.GET.get("topic"),
        page=request.GET.get("page"),
    )
    template = "spaces/_found.html" if wants_partial(request) else "spaces/discover.html"
    return render(request, template, {"found": found, "obstacle": rules.hosting_obstacle(request.user)})


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
        return services.schedule_space(user=request.user, title=title, when=chosen_time(form), options=form.options())
    return services.create_space(user=request.user, title=title, options=form.options())


def _sheet_again(request: PersonRequest, form: SpaceForm, error: ProductError) -> HttpResponse:
    context = {"obstacle": rules.hosting_obstacle(request.user), "form": form, "error": error}
    return render(request, "spaces/new.html", context, status=error.status)


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
    """Rename or move a scheduled Space."""
    title, when = ChangeForm(request.POST).changes()
    services.update_space(public_id=public_id, user=request.user, title=title, when=when)
    return _back_to(request, public_id)


@require_POST
@login_required
@translates_errors
def cancel_space(request: PersonRequest, public_id: str) -> HttpResponse:
    """Cancel a scheduled Space."""
    services.cancel_space(public_id=public_id, user=request.user)
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
