"""The admin site. It has no log-in of its own: staff log in through the site's page, with its rate limits and second
factor. Every page checks again that the user may work as staff."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache

from accounts import rules
from accounts.models import User
from accounts.site import site
from accounts.staff_rules import guarded
from spaces_project.common.http import as_response


class StaffSite(AdminSite):
    index_title = "Administration"

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Register models as Django does, with the rules that hold on every list."""
        super().register(model_or_iterable, guarded(admin_class or ModelAdmin), **options)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Return what every page of the admin shows, with the name of this site."""
        name = f"{site().name} · staff"
        return {**super().each_context(request), "site_title": name, "site_header": name}

    def has_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may use the admin. Every admin page asks this first."""
        return isinstance(request.user, User) and rules.staff_refusal(request.user) is None

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send the user to the site's log-in, or explain why logging in would not help."""
        return _sent_on(request)

    def password_change(  # type: ignore[override]  # Django's stubs know its own page only
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Send the user to the site's own page, which limits guesses and tells the owner by mail."""
        return redirect("account_change_password")


@never_cache
def _sent_on(request: HttpRequest) -> HttpResponse:
    target = _target(request)
    if not isinstance(request.user, User):
        return redirect_to_login(target, reverse(settings.LOGIN_URL))
    refusal = rules.staff_refusal(request.user)
    if refusal is None:
        return redirect(target)
    if refusal.code == "second_factor":
        messages.info(request, refusal.message)
        return redirect("mfa_index")
    return as_response(request, refusal)


def _target(request: HttpRequest) -> str:
    wanted = request.GET.get(REDIRECT_FIELD_NAME, "")
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if is_ours else reverse("admin:index")
