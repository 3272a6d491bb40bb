"""Serve the dashboard: the live Spaces, their size, and the reports about them."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from spaces import duties
from spaces.admin.base import acting
from spaces.dashboard import dashboard
from spaces.duties import Duty


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    if not duties.may(Duty.LOOK, user=acting(request)):
        raise PermissionDenied
    context = admin.site.each_context(request) | {"title": "Live Spaces", "dashboard": dashboard()}
    return TemplateResponse(request, "admin/spaces/live.html", context)
