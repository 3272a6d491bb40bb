"""Second factors in the admin.

Staff can see them and remove one for a user who lost it. Sessions and codes are not shown.
"""

from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.http import HttpRequest
from oauth2_provider.models import Grant, IDToken

from accounts.notices import tell_owner

if TYPE_CHECKING:
    Rows = admin.ModelAdmin[Authenticator]
else:
    Rows = admin.ModelAdmin

for model in (Authenticator, UserSession, Grant, IDToken):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


@admin.register(Authenticator)
class AuthenticatorAdmin(Rows):
    """Authenticator apps and passkeys, without their secret data."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    list_select_related = ("user",)
    search_fields = ("user__username",)
    fields = readonly_fields = ("user", "type", "created_at", "last_used_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def delete_model(self, request: HttpRequest, obj: Authenticator) -> None:
        user, is_app = obj.user, obj.type == Authenticator.Type.TOTP
        obj.delete()
        tell_owner(user=user, about="second_factor_removed", name="authenticator app" if is_app else "passkey")

    def delete_queryset(self, request: HttpRequest, queryset: object) -> None:
        for row in queryset:  # type: ignore[attr-defined]  # a QuerySet, which the stubs know by its row only
            self.delete_model(request, row)
