"""Serve the page on which a moderator hears a live Space. The page talks to `spaces/doors/signalling/consumers.py`."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from spaces import selectors
from spaces.doors.admin.base import acting
from spaces.rules import powers
from spaces.rules.powers import Power
from spaces_project.common.errors import NotFound


@require_safe
def listen_in(request: HttpRequest, public_id: str) -> HttpResponse:
    if not powers.may(Power.LISTEN_IN, user=acting(request)):
        raise PermissionDenied
    try:
        space = selectors.get_space(public_id)
    except NotFound as error:
        raise Http404(error.message) from error
    context = admin.site.each_context(request) | {"title": f"Listen in · {space.display_title}", "space": space}
    return TemplateResponse(request, "admin/spaces/listen_in.html", context)
