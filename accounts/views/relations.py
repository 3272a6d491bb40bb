"""The buttons between two users.

Each answers a POST with the new button, or redirects back to the page with the button.
"""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from accounts import selectors, services
from accounts.http import PersonRequest
from spaces_project.common.http import translates_errors, wants_partial


@require_POST
@login_required
@translates_errors
def follow(request: PersonRequest, username: str) -> HttpResponse:
    person = selectors.get_user_by_username(username)
    services.follow_user(follower=request.user, followee=person)
    return _changed(request, username)


@require_POST
@login_required
@translates_errors
def unfollow(request: PersonRequest, username: str) -> HttpResponse:
    person = selectors.get_user_by_username(username)
    services.unfollow_user(follower=request.user, followee=person)
    return _changed(request, username)


@require_POST
@login_required
@translates_errors
def block(request: PersonRequest, username: str) -> HttpResponse:
    person = selectors.get_user_by_username(username)
    services.block_user(blocker=request.user, blocked=person)
    return _changed(request, username)


@require_POST
@login_required
@translates_errors
def unblock(request: PersonRequest, username: str) -> HttpResponse:
    person = selectors.get_user_by_username(username)
    services.unblock_user(blocker=request.user, blocked=person)
    return _changed(request, username)


@require_POST
@login_required
@translates_errors
def mute(request: PersonRequest, username: str) -> HttpResponse:
    services.mute_user(muter=request.user, muted=selectors.get_user_by_username(username))
    return _changed(request, username, button="accounts/_mute_button.html")


@require_POST
@login_required
@translates_errors
def unmute(request: PersonRequest, username: str) -> HttpResponse:
    services.unmute_user(muter=request.user, muted=selectors.get_user_by_username(username))
    return _changed(request, username, button="accounts/_mute_button.html")


@require_GET
@login_required
@translates_errors
def relation(request: PersonRequest, username: str) -> HttpResponse:
    """Return what the viewer may do about a user, for that user's menu in a room."""
    person = selectors.get_user_by_username(username)
    known = selectors.relation(viewer_id=request.user.pk, person_id=person.pk)
    return render(request, "accounts/_relation.html", {"person": person, "relation": known})


def _changed(request: PersonRequest, username: str, *, button: str = "accounts/_relation_changed.html") -> HttpResponse:
    if not wants_partial(request):
        return redirect(_page_before(request, username))
    person = selectors.get_user_by_username(username)
    relation = selectors.relation(viewer_id=request.user.pk, person_id=person.pk)
    return render(request, button, {"person": person, "relation": relation})


def _page_before(request: PersonRequest, username: str) -> str:
    """Return the address of the page with the button, or of the profile if the browser does not
    say or the page is not ours."""
    before = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(before, {request.get_host()}, require_https=request.is_secure())
    return before if is_ours else f"/{username}"
