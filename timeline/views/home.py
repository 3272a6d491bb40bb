from typing import cast

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import PageRequest, PersonRequest
from spaces_project.common.http import translates_errors, wants_partial
from timeline.selectors.front import front_page
from timeline.selectors.front import site_text as selectors_site_text
from timeline.selectors.homepage import home_page
from timeline.selectors.posts import home_posts
from timeline.views.partials import lines, render_varying


@require_safe
@translates_errors
def home(request: PageRequest) -> HttpResponse:
    """Show the timeline of a user, and the front page to visitors without an account."""
    return _timeline(cast("PersonRequest", request)) if request.user.is_authenticated else _front(request)


def _front(request: PageRequest) -> HttpResponse:
    return render_varying(request, "timeline/front.html", {"front": front_page()})


@require_safe
@translates_errors
def site_text(request: PageRequest, kind: str) -> HttpResponse:
    """Show a text of the operator."""
    return render(request, "timeline/site_text.html", {"text": selectors_site_text(kind)})


def _timeline(request: PersonRequest) -> HttpResponse:
    posts = home_posts(user=request.user, cursor=request.GET.get("before"))
    if wants_partial(request):
        return lines(request, posts)
    return render_varying(request, "timeline/home.html", {"home": home_page(user=request.user), "page": posts})
