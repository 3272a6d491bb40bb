"""Invitations to sign up: the page that makes them, and the link that a person opens."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import rules, services
from accounts.forms import INVITATION
from accounts.http import PersonRequest
from accounts.services.site import MEMBERS_USES, MOST_DAYS, STAFF_USES
from spaces_project.common.errors import ProductError
from spaces_project.common.http import translates_errors


class InvitationForm(forms.Form):
    uses = forms.IntegerField(label=gettext_lazy("For how many people"), min_value=1, max_value=STAFF_USES, initial=1)
    days = forms.IntegerField(label=gettext_lazy("Days until it ends"), min_value=1, max_value=MOST_DAYS, initial=7)


@require_safe
@never_cache
@translates_errors
def open_invitation(request: HttpRequest, key: str) -> HttpResponse:
    """Remember the invitation in the session and lead to the sign-up page. It is used when the account is made."""
    if request.user.is_authenticated:
        return redirect("home")
    services.find_invitation(key=key)
    request.session[INVITATION] = key
    return redirect("account_signup")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
@translates_errors
def invitations(request: PersonRequest) -> HttpResponse:
    """List the user's invitations and make new ones. A link is shown once."""
    if error := rules.inviting_refusal(request.user):
        raise error
    form = InvitationForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _invitations_page(request, form)
    try:
        _, key = services.invite_to_sign_up(user=request.user, **form.cleaned_data)
    except ProductError as error:
        field = error.details.get("field")
        form.add_error(field if field in form.fields else None, error.message)
        return _invitations_page(request, form, status=error.status)
    link = settings.PUBLIC_ORIGIN + reverse("open_invitation", args=[key])
    return _invitations_page(request, InvitationForm(), link=link)


@require_POST
@login_required
def revoke_invitation(request: PersonRequest, invitation_id: int) -> HttpResponse:
    services.revoke_sign_up_invitation(user=request.user, invitation_id=invitation_id)
    messages.success(request, _("The invitation is revoked."))
    return redirect("invitations")


def _invitations_page(
    request: PersonRequest, form: InvitationForm, *, link: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "link": link,
        "rows": services.sign_up_invitations_of(user=request.user),
        "most_uses": STAFF_USES if request.user.is_staff else MEMBERS_USES,
    }
    return render(request, "accounts/invitations.html", context, status=status)
