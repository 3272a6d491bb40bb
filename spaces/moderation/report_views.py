"""Pages for reporting, for reading a decision about oneself, and for appealing."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import PersonRequest
from spaces.models import TEXT_LENGTH
from spaces.moderation import services as moderation
from spaces.moderation.reporting import Reported, filed, subject_of
from spaces.states import OF_CAPTIONS_ONLY, ReportReason
from spaces_project.common.errors import ProductError
from spaces_project.common.http import as_response, translates_errors, wants_json

THANKS = gettext_lazy("Thank you. The moderators will look at it.")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@translates_errors
def report(request: PersonRequest) -> HttpResponse:
    """Show or take a report. `space`, `person`, `caption`, `clip` and `post` name its subject.

    GET returns the form as a page, for browsers without script. POST answers the script with 201 and `{"message"}`, and
    redirects a plain form to the page of the subject.
    """
    subject = subject_of(request.POST if request.method == "POST" else request.GET, user=request.user)
    if request.method != "POST":
        return render(request, "spaces/report.html", _form(subject))
    try:
        filed(subject, user=request.user, reason=request.POST.get("reason", ""), text=request.POST.get("text", ""))
    except ProductError as error:
        if wants_json(request):
            return as_response(request, error)
        return render(request, "spaces/report.html", _form(subject) | {"error": error}, status=error.status)
    if wants_json(request):
        return JsonResponse({"message": THANKS}, status=201)
    messages.success(request, THANKS)
    return redirect(subject.url)


@require_safe
@login_required
@never_cache
@translates_errors
def decision(request: PersonRequest, decision_id: int) -> HttpResponse:
    """Show a decision to the person concerned, with a form to appeal if that is still possible."""
    found = moderation.get_decision(decision_id=decision_id, user=request.user)
    return render(request, "spaces/decision.html", {"decision": found, "may_appeal": moderation.may_appeal(found)})


@require_POST
@login_required
@translates_errors
def appeal(request: PersonRequest, decision_id: int) -> HttpResponse:
    """Take an appeal, and show the decision again."""
    moderation.appeal(decision_id=decision_id, user=request.user, text=request.POST.get("text", ""))
    messages.success(request, _("Your appeal is sent. Another moderator will look at it."))
    return redirect("decision", decision_id)


def _form(subject: Reported) -> dict[str, Any]:
    reasons = [choice for choice in ReportReason.choices if subject.caption or choice[0] not in OF_CAPTIONS_ONLY]
    return {"subject": subject, "reasons": reasons, "longest": TEXT_LENGTH}
