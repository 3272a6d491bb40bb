"""The pages on which owners copy, delete and take back their whole account."""

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import services
from accounts.http import PersonRequest
from accounts.models import ExportState
from accounts.reauthentication import asks_again
from accounts.reopening import forget_reopening, reopening
from spaces_project.common.errors import ProductError
from spaces_project.common.http import translates_errors
from spaces_project.common.ranged import Ranged, ranged_response


@require_safe
@never_cache
@login_required
def own_account(request: PersonRequest) -> HttpResponse:
    """Show the page with the export and the deletion of an account."""
    export = services.export_of(request.user)
    ready = export if export is not None and export.state == ExportState.READY else None
    return render(request, "accounts/own.html", {"export": export, "ready": ready})


@require_POST
@login_required
@asks_again
@translates_errors
def ask_export(request: PersonRequest) -> HttpResponse:
    try:
        services.request_export(user=request.user)
    except ProductError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Your export is being made. You get a mail when it is ready."))
    return redirect("own_account")


@require_safe
@never_cache
@login_required
@asks_again
@translates_errors
def export_file(request: PersonRequest) -> HttpResponseBase:
    """Serve the ZIP with an account's data to its owner."""
    export = services.ready_export(user=request.user)
    answer = ranged_response(request, Ranged(export.path, "application/zip"))
    name = f"{request.user.username}-{export.asked_at:%Y-%m-%d}.zip"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
@asks_again
@translates_errors
def delete_account(request: PersonRequest) -> HttpResponse:
    """Ask once more (GET), then close the account (POST) and log out."""
    if request.method != "POST":
        return render(request, "accounts/delete.html", {"days": services.deletion_days()})
    closed = services.close_account(user=request.user)
    logout(request)
    return render(request, "accounts/deleted.html", {"closed": closed})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@translates_errors
def reopen_account(request: HttpRequest) -> HttpResponse:
    """Offer to take a deletion back (GET) and do it (POST). A log-in with the right password leads here."""
    closed = reopening(request)
    if closed is None:
        return redirect("account_login")
    if request.method != "POST":
        return render(request, "accounts/reopen.html", {"closed": closed})
    services.reopen_account(user=closed.user)
    forget_reopening(request)
    messages.success(request, _("Your account is open again. Log in."))
    return redirect("account_login")
