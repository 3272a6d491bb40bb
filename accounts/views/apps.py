"""The page for tokens and apps, which shows what programs may do in a user's name."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import credentials, services
from accounts.forms_apps import AppForm, TokenForm
from accounts.http import PersonRequest
from accounts.reauthentication import asks_again
from spaces_project.common.errors import ProductError
from spaces_project.common.http import translates_errors

TOKEN_IDS, APP_IDS = "token_%s", "app_%s"
"""Patterns for element ids. Both forms are on one page and both have a field called name."""


@require_safe
@login_required
def apps(request: PersonRequest) -> HttpResponse:
    return _apps_page(request)


@never_cache
@require_POST
@login_required
@asks_again
def create_token(request: PersonRequest) -> HttpResponse:
    """Create a token and show it on the page. It is shown nowhere else and never again."""
    form = TokenForm(request.POST, auto_id=TOKEN_IDS)
    if not form.is_valid():
        return _apps_page(request, token_form=form, status=400)
    try:
        issued = services.create_personal_token(user=request.user, **form.cleaned_data)
    except ProductError as error:
        return _apps_page(request, token_form=_with(form, error), status=error.status)
    return _apps_page(request, new_token=issued, new_token_name=form.cleaned_data["name"])


@require_POST
@login_required
def revoke_token(request: PersonRequest, token_id: int) -> HttpResponse:
    services.revoke_personal_token(user=request.user, token_id=token_id)
    messages.success(request, _("The token is revoked."))
    return redirect("apps")


@require_POST
@login_required
def revoke_app(request: PersonRequest, app_id: int) -> HttpResponse:
    services.revoke_app(user=request.user, app_id=app_id)
    messages.success(request, _("The app's access has been revoked."))
    return redirect("apps")


@never_cache
@require_POST
@login_required
@asks_again
def register_app(request: PersonRequest) -> HttpResponse:
    """Register an app and show its secret on the page."""
    form = AppForm(request.POST, auto_id=APP_IDS)
    if not form.is_valid():
        return _apps_page(request, app_form=form, status=400)
    try:
        issued = services.register_app(
            user=request.user,
            name=form.cleaned_data["name"],
            redirect_uris=form.cleaned_data["redirect_uris"],
            is_public=form.cleaned_data["kind"] == AppForm.Kind.PUBLIC,
            for_itself=form.cleaned_data["kind"] == AppForm.Kind.ITSELF,
        )
    except ProductError as error:
        return _apps_page(request, app_form=_with(form, error), status=error.status)
    return _apps_page(request, new_app=issued)


@require_POST
@login_required
@translates_errors
def delete_app(request: PersonRequest, app_id: int) -> HttpResponse:
    services.delete_app(user=request.user, app_id=app_id)
    messages.success(request, _("The app and all its tokens were deleted."))
    return redirect("apps")


def _with(form: Form, error: ProductError) -> Form:
    form.add_error(error.details.get("field"), error.message)
    return form


def _apps_page(request: PersonRequest, *, status: int = 200, **new: Any) -> HttpResponse:
    context = {
        "tokens": credentials.personal_tokens(request.user),
        "authorized": credentials.authorized_apps(request.user),
        "own": credentials.own_apps(request.user),
        "token_form": TokenForm(auto_id=TOKEN_IDS),
        "app_form": AppForm(auto_id=APP_IDS),
        "never": services.NEVER,
    }
    return render(request, "accounts/apps.html", context | new, status=status)
