"""Responses that are a whole page for navigation and a part of one for htmx."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from accounts.http import PageRequest
from accounts.paging import Page
from timeline.selectors.posts import PostRow

CURSOR = "before"


def lines(request: PageRequest, posts: Page[PostRow], *, cursor_name: str = CURSOR) -> HttpResponse:
    """Render lines of a timeline for htmx, with a link to the next page."""
    return render_varying(request, "timeline/_posts.html", {"page": posts, "cursor_name": cursor_name})


def render_varying(request: PageRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Render with `Vary: HX-Request`.

    One address answers with a page or a part of it, and a cache must not mix them up.
    """
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response
