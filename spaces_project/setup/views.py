"""The set-up page of a site without an account: the code, the choices, and what remains to be done afterwards."""

import logging
from typing import Final

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.account.models import Login
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.mail import EmailMessage, get_connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts import rules, services
from accounts.models import User
from accounts.site import is_set_up, site
from spaces_project.common.addresses import address_of_request
from spaces_project.common.errors import BadInput, Conflict, ProductError, Refused, TryAgain
from spaces_project.common.http import translates_errors
from spaces_project.common.security_log import note

from .forms import CodeForm, SiteForm
from .services import set_up

logger = logging.getLogger(__name__)

CODE: Final = "setup_code_id"
"""The key of the session under which it keeps the id of the code that was right."""
LOGO_PROBLEM: Final = "setup_logo"


@never_cache
@csrf_protect
@sensitive_post_parameters("code", "password")
@translates_errors
def set_up_page(request: HttpRequest) -> HttpResponse:
    """Ask for the code, then for the choices. A site with an account shows superusers what remains to be done."""
    if is_set_up():
        return _after(request)
    if CODE not in request.session:
        return _ask_code(request)
    try:
        services.require_setup_code(request.session[CODE])
    except Refused:
        del request.session[CODE]
        return redirect("setup")
    return _ask_choices(request)


@require_POST
@translates_errors
def send_test_mail(request: HttpRequest) -> HttpResponse:
    """Send a mail to the own address, and show on the page whether the mail server took it."""
    user = _superuser(request)
    mail = EmailMessage(
        f"A test of {site().name}",
        f"Mails of {settings.PUBLIC_ORIGIN} reach you.",
        to=[user.email],
        connection=get_connection(settings.EMAIL_DIRECT_BACKEND, timeout=settings.EMAIL_TIMEOUT),
    )
    try:
        mail.send()
    except OSError as error:  # SMTP's own errors are subclasses
        logger.warning("the test mail was not sent: %s", error)
        failed = TryAgain("mail_failed", f"The mail server did not take the mail: {error}")
        return _remaining(request, user, error=failed)
    return _remaining(request, user, is_sent=True)


def _ask_code(request: HttpRequest) -> HttpResponse:
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, "setup/code.html", form)
    try:
        code_id = services.try_setup_code(code=form.cleaned_data["code"], address=address_of_request(request))
    except ProductError as error:
        note("setup_code_refused", request)
        form.add_error("code", error.message)
        return _page(request, "setup/code.html", form, status=error.status)
    request.session.cycle_key()
    request.session[CODE] = code_id
    return redirect("setup")


def _ask_choices(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request, "setup/choices.html", SiteForm())
    form = SiteForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, "setup/choices.html", form, status=400)
    try:
        user = set_up(form.plan(), code_id=request.session[CODE])
    except (BadInput, Conflict) as error:
        form.add_error(_field(form, error), error.message)
        return _page(request, "setup/choices.html", form, status=error.status)
    assert user is not None
    note("site_set_up", request, user=user.pk)
    _take_logo(request, form)
    logged_in: HttpResponse = perform_password_login(
        request, {"username": user.username}, Login(user=user, redirect_url=reverse("setup"))
    )
    # The password came in this very request, so the set-up of a second factor need not ask for it again.
    reauthenticate_by_password(request)
    return logged_in


def _take_logo(request: HttpRequest, form: SiteForm) -> None:
    """Store the logo. A picture that cannot be read is told on the next page: the site is set up without it."""
    if form.logo_file is None:
        return
    try:
        services.set_logo(image=form.logo_file)
    except ProductError as error:
        request.session[LOGO_PROBLEM] = error.message


def _field(form: SiteForm, error: ProductError) -> str | None:
    field = error.details.get("field")
    return field if field in form.fields else None


def _after(request: HttpRequest) -> HttpResponse:
    if not isinstance(request.user, User):
        return redirect("account_login")
    return _remaining(request, _superuser(request))


def _superuser(request: HttpRequest) -> User:
    if not isinstance(request.user, User) or not request.user.is_superuser:
        raise PermissionDenied
    return request.user


def _remaining(
    request: HttpRequest, user: User, *, error: ProductError | None = None, is_sent: bool = False
) -> HttpResponse:
    context = {
        "has_second_factor": rules.has_second_factor(user),
        "mails_are_files": "smtp" not in settings.EMAIL_DIRECT_BACKEND,
        "mail_files": settings.EMAIL_FILE_PATH,
        "logo_problem": request.session.pop(LOGO_PROBLEM, ""),
        "error": error,
        "is_sent": is_sent,
    }
    return render(request, "setup/remaining.html", context, status=error.status if error else 200)


def _page(request: HttpRequest, template: str, form: CodeForm | SiteForm, status: int = 200) -> HttpResponse:
    return render(request, template, {"form": form}, status=status)
