"""Pages about a user, open to every visitor."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import selectors
from accounts.http import PageRequest
from accounts.models import User
from accounts.paging import Page
from spaces_project.common.http import translates_errors


@require_safe
@translates_errors
def profile(request: PageRequest, username: str) -> HttpResponse:
    person = selectors.get_user_by_username(username)
    relation = selectors.relation(viewer_id=request.user.pk, person_id=person.pk)
    return render(request, "accounts/profile.html", {"person": person, "relation": relation})


@require_safe
@translates_errors
def followers(request: PageRequest, username: str) -> HttpResponse:
    person = selectors.get_user_by_username(username)
    people = selectors.followers_of(user_id=person.pk, cursor=request.GET.get("after"))
    return _list(request, "accounts/followers.html", person, people)


@require_safe
@translates_errors
def following(request: PageRequest, username: str) -> HttpResponse:
    person = selectors.get_user_by_username(username)
    people = selectors.followed_by(user_id=person.pk, cursor=request.GET.get("after"))
    return _list(request, "accounts/following.html", person, people)


def _list(request: PageRequest, template: str, person: User, people: Page[User]) -> HttpResponse:
    rows = selectors.as_rows(people, viewer_id=request.user.pk)
    return render(request, template, {"person": person, "page": rows})
