"""The settings pages for a user's profile and image."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import services
from accounts.forms import AvatarForm, ProfileForm
from accounts.http import PersonRequest
from spaces_project.common.errors import BadInput
from spaces_project.common.http import translates_errors


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@translates_errors
def profile_settings(request: PersonRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, initial=ProfileForm.initial_of(request.user))
    if request.method == "POST" and form.is_valid() and _saved(request, form):
        return redirect("profile_settings")
    return _settings_page(request, form, AvatarForm())


@require_POST
@login_required
@translates_errors
def avatar_settings(request: PersonRequest) -> HttpResponse:
    """Set the image in `avatar`, or remove the present one if the button named `remove` was pressed."""
    if "remove" in request.POST:
        services.remove_avatar(user=request.user)
        return redirect("profile_settings")
    form = AvatarForm(request.POST, request.FILES)
    if form.is_valid() and _avatar_set(request, form):
        return redirect("profile_settings")
    return _settings_page(request, ProfileForm(initial=ProfileForm.initial_of(request.user)), form)


def _saved(request: PersonRequest, form: ProfileForm) -> bool:
    try:
        services.update_profile(user=request.user, **form.cleaned_data)
    except BadInput as error:
        form.add_error(error.details["field"], error.message)
        return False
    messages.success(request, _("Your profile is saved."))
    return True


def _avatar_set(request: PersonRequest, form: AvatarForm) -> bool:
    try:
        services.set_avatar(user=request.user, image=form.cleaned_data["avatar"])
    except BadInput as error:
        form.add_error("avatar", error.message)
        return False
    messages.success(request, _("Your image is saved."))
    return True


def _settings_page(request: PersonRequest, profile_form: ProfileForm, avatar_form: AvatarForm) -> HttpResponse:
    forms = {"form": profile_form, "avatar_form": avatar_form}
    return render(request, "accounts/profile_settings.html", forms)
