"""Serve the dashboard: the live Spaces, their size, and the reports about them."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from spaces.doors.admin.base import acting
from spaces.doors.admin.dashboard import dashboard
from spaces.rules import powers
from spaces.rules.powers import Power


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    if not powers.may(Power.LOOK, user=acting(request)):
        raise PermissionDenied
    context = admin.site.each_context(request) | {"title": "Live Spaces", "dashboard": dashboard()}
    return TemplateResponse(request, "admin/spaces/live.html", context)
