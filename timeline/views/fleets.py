"""Pages for Fleets: writing them, viewing them, and seeing who viewed them."""

import math
from http import HTTPStatus
from pathlib import Path
from typing import Any

import msgspec
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import PersonRequest
from accounts.selectors import get_user_by_username
from spaces.events import wire
from spaces_project.common.errors import BadInput
from spaces_project.common.http import translates_errors, wants_json
from spaces_project.common.ids import parse_id
from spaces_project.common.ranged import Ranged
from spaces_project.media.serving import PICTURE, media_response
from timeline import services
from timeline.models import Fleet
from timeline.selectors import fleets as selectors


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@translates_errors
def new_fleet(request: PersonRequest) -> HttpResponse:
    """Show the form on GET. On POST answer 201 with `{"id"}` to the script, and redirect home after a plain form."""
    if request.method != "POST":
        return render(request, "timeline/fleet_new.html")
    fleet = services.post_fleet(
        author=request.user,
        text=request.POST.get("text", ""),
        background=_background(request),
        image=_image(request),
    )
    return JsonResponse({"id": fleet.pk}, status=201) if wants_json(request) else redirect("home")


@require_safe
@login_required
@translates_errors
def fleets(request: PersonRequest, username: str) -> HttpResponse:
    """Show a user's current Fleets: as JSON for the viewer script, as a page without script."""
    author = get_user_by_username(username)
    stack = selectors.fleet_stack(author=author, viewer=request.user)
    if wants_json(request):
        return JsonResponse(_stack(stack))
    return render(request, "timeline/fleets.html", {"stack": stack})


@require_safe
@login_required
@translates_errors
def fleet_image(request: PersonRequest, fleet_id: int) -> HttpResponseBase:
    """Return the image itself, as long as the Fleet lives. Its path on the disk is never revealed."""
    fleet = selectors.get_fleet(fleet_id=fleet_id, viewer=request.user)
    if not fleet.image:
        raise selectors.gone()
    try:
        response = media_response(request, Ranged(Path(fleet.image.path), PICTURE))
    except FileNotFoundError as error:
        raise selectors.gone() from error
    if response.status_code != HTTPStatus.FOUND:
        left = math.ceil((fleet.expires_at - timezone.now()).total_seconds())
        response["Cache-Control"] = f"private, max-age={max(0, left)}"
    return response


@require_POST
@login_required
@translates_errors
def see_fleet(request: PersonRequest, fleet_id: int) -> HttpResponse:
    services.see_fleet(viewer=request.user, fleet_id=fleet_id)
    return JsonResponse({})


@require_POST
@login_required
@translates_errors
def delete_fleet(request: PersonRequest, fleet_id: int) -> HttpResponse:
    services.delete_fleet(user=request.user, fleet_id=fleet_id)
    return JsonResponse({}) if wants_json(request) else redirect("home")


@require_safe
@login_required
@translates_errors
def fleet_viewers(request: PersonRequest, fleet_id: int) -> HttpResponse:
    """Return `{"count", "people": [person], "next": cursor or null}` for the author."""
    count, page = selectors.seen_by(user=request.user, fleet_id=fleet_id, cursor=request.GET.get("before"))
    people = [msgspec.to_builtins(wire.person(view.viewer)) for view in page.items]
    return JsonResponse({"count": count, "people": people, "next": page.next_cursor})


def _background(request: PersonRequest) -> int:
    number = parse_id(request.POST.get("background") or "0")
    if number is None:
        raise BadInput("bad_background", _("Choose one of the backgrounds shown."))
    return number


def _image(request: PersonRequest) -> Any:
    """Return the uploaded file, or None if none was chosen. An empty field arrives as a file with zero bytes."""
    image = request.FILES.get("image")
    return image if isinstance(image, UploadedFile) and image.size else None


def _stack(stack: selectors.FleetStack) -> dict[str, Any]:
    return {
        "author": msgspec.to_builtins(wire.person(stack.author)),
        "own": stack.is_own,
        "starts_at": stack.starts_at,
        "fleets": [_fleet(shown.fleet, is_seen=shown.is_seen) for shown in stack.fleets],
    }


def _fleet(fleet: Fleet, *, is_seen: bool) -> dict[str, Any]:
    return {
        "id": fleet.pk,
        "kind": fleet.kind,
        "text": fleet.text,
        "background": fleet.background,
        "image": reverse("fleet_image", args=[fleet.pk]) if fleet.image else None,
        "created_at": fleet.created_at.isoformat(),
        "seen": is_seen,
    }
