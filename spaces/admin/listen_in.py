"""Serve the page on which a moderator hears a live Space. The page talks to `spaces/signalling/consumers.py`."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from spaces import duties, selectors
from spaces.admin.base import acting
from spaces.duties import Duty
from spaces_project.common.errors import NotFound


@require_safe
def listen_in(request: HttpRequest, public_id: str) -> HttpResponse:
    if not duties.may(Duty.LISTEN_IN, user=acting(request)):
        raise PermissionDenied
    try:
        space = selectors.get_space(public_id)
    except NotFound as error:
        raise Http404(error.message) from error
    context = admin.site.each_context(request) | {"title": f"Listen in · {space.display_title}", "space": space}
    return TemplateResponse(request, "admin/spaces/listen_in.html", context)
