"""The buttons of a post. A POST is answered with the new state for the script, or a redirect back without script."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts.http import PersonRequest
from spaces_project.common.http import translates_errors, wants_json
from timeline import services


@require_POST
@login_required
@translates_errors
def like(request: PersonRequest, post_id: int) -> HttpResponse:
    services.like_post(user=request.user, post_id=post_id)
    return _done(request)


@require_POST
@login_required
@translates_errors
def unlike(request: PersonRequest, post_id: int) -> HttpResponse:
    services.unlike_post(user=request.user, post_id=post_id)
    return _done(request)


@require_POST
@login_required
@translates_errors
def repost(request: PersonRequest, post_id: int) -> HttpResponse:
    services.repost_post(user=request.user, post_id=post_id)
    return _done(request)


@require_POST
@login_required
@translates_errors
def unrepost(request: PersonRequest, post_id: int) -> HttpResponse:
    services.unrepost_post(user=request.user, post_id=post_id)
    return _done(request)


@require_POST
@login_required
@translates_errors
def bookmark(request: PersonRequest, post_id: int) -> HttpResponse:
    services.bookmark_post(user=request.user, post_id=post_id)
    return _done(request)


@require_POST
@login_required
@translates_errors
def unbookmark(request: PersonRequest, post_id: int) -> HttpResponse:
    services.unbookmark_post(user=request.user, post_id=post_id)
    return _done(request)


@require_POST
@login_required
@translates_errors
def delete(request: PersonRequest, post_id: int) -> HttpResponse:
    services.delete_post(user=request.user, post_id=post_id)
    return _done(request, away_from=f"/status/{post_id}")


def _done(request: PersonRequest, *, away_from: str = "") -> HttpResponse:
    if wants_json(request):
        return JsonResponse({})
    before = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(before, {request.get_host()}, require_https=request.is_secure())
    is_gone = away_from and before.endswith(away_from)
    return redirect(before if is_ours and not is_gone else reverse("home"))
