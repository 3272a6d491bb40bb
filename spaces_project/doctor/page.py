"""The page of `manage.py doctor` in the admin, for superusers: it names addresses and paths of the machine."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from accounts.models import User

from .checks import examine
from .facts import gather


@require_safe
def doctor(request: HttpRequest) -> HttpResponse:
    if not isinstance(request.user, User) or not request.user.is_superuser:
        raise PermissionDenied
    findings = sorted(examine(gather()), key=lambda finding: not finding.mend)
    faults = sum(bool(finding.mend) for finding in findings)
    context = admin.site.each_context(request) | {"title": "Doctor", "findings": findings, "faults": faults}
    return TemplateResponse(request, "admin/doctor/doctor.html", context)
