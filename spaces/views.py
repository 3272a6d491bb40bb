"""Doors: one call into a service or a selector, then an answer."""

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
"""What the sheet's second button sends as `act`."""


@require_safe
@translates_errors
def space(request: HttpRequest, public_id: str) -> HttpResponse:
    """For people without an account, too: the link is shared with everybody."""
    user = request.user if request.user.is_authenticated else None
    page = space_page(public_id=public_id, user=user)
    obstacle = rules.hosting_obstacle(user) if user is not None and page.is_host else None
    return render(request, "spaces/space.html", {"space": page, "obstacle": obstacle})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@translates_errors
def spaces(request: PersonRequest) -> HttpResponse:
    """GET: discovery. `tab` (`live` or `scheduled`), `q`, `topic` (an id) and `page` choose what is listed; a request
    for a part gets the cards alone. POST creates."""
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
    """What the right column of a desk shows while no room is open."""
    return render(request, "spaces/_glance.html", {"glance": glance(user=request.user)})


@require_safe
@login_required
def new_space(request: PersonRequest) -> HttpResponse:
    """The create sheet as a page, for browsers without our script."""
    return render(request, "spaces/new.html", {"obstacle": rules.hosting_obstacle(request.user)})


def _create_space(request: PersonRequest) -> HttpResponse:
    """201 with `{"id", "url"}` for the script, 303 to the new Space for a plain form; what is wrong is said there."""
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
    """`{"id", "url"}` for the script, 303 to the Space's page for a plain form; so are the other four."""
    services.start_space(public_id=public_id, user=request.user)
    return _back_to(request, public_id)


@require_POST
@login_required
@translates_errors
def change_space(request: PersonRequest, public_id: str) -> HttpResponse:
    title, when = ChangeForm(request.POST).changes()
    services.update_space(public_id=public_id, user=request.user, title=title, when=when)
    return _back_to(request, public_id)


@require_POST
@login_required
@translates_errors
def cancel_space(request: PersonRequest, public_id: str) -> HttpResponse:
    services.cancel_space(public_id=public_id, user=request.user)
    return _back_to(request, public_id)


@require_POST
@login_required
@translates_errors
def remind(request: PersonRequest, public_id: str) -> HttpResponse:
    services.set_reminder(public_id=public_id, user=request.user)
    return _back_to(request, public_id)


@require_POST
@login_required
@translates_errors
def unremind(request: PersonRequest, public_id: str) -> HttpResponse:
    services.clear_reminder(public_id=public_id, user=request.user)
    return _back_to(request, public_id)


def _back_to(request: PersonRequest, public_id: str) -> HttpResponse:
    url = reverse("space", args=[public_id])
    return JsonResponse({"id": public_id, "url": url}) if wants_json(request) else _see_other(url)


def _see_other(url: str) -> HttpResponse:
    response = redirect(url)
    response.status_code = 303
    return response
