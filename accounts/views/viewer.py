"""Answers for the scripts of a page that has been open for long: the current user and a fresh CSRF token."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from spaces_project.common.errors import Refused
from spaces_project.common.http import as_response, wants_json, wants_partial

STALE = Refused("stale_form", _("This page is from before you logged in. Send it again."))
HEADER = "X-Problem"
_NOT_TEXT = frozenset({"csrfmiddlewaretoken", "password", "oldpassword", "password1", "password2", "code"})


@require_safe
@never_cache
def viewer(request: HttpRequest) -> HttpResponse:
    pk = str(request.user.pk) if request.user.is_authenticated else ""
    return JsonResponse({"viewer": pk, "token": get_token(request)})


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose CSRF token is no longer valid. A script sends the form again; a page shows what was typed."""
    get_token(request)  # sets a new cookie if the browser has lost it
    if wants_json(request) or wants_partial(request):
        answer = as_response(request, STALE)
        answer[HEADER] = STALE.code
        return answer
    typed = [text for name, text in request.POST.items() if name not in _NOT_TEXT and str(text).strip()]
    return render(request, "403_csrf.html", {"typed": typed}, status=403)
