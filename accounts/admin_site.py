"""The settings of the site and the invitations to sign up in the admin."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import SignUpInvitation, SiteSettings

if TYPE_CHECKING:
    SettingsAdmin = admin.ModelAdmin[SiteSettings]
    InvitationRows = admin.ModelAdmin[SignUpInvitation]
else:
    SettingsAdmin = InvitationRows = admin.ModelAdmin


@admin.register(SiteSettings)
class SiteSettingsAdmin(SettingsAdmin):
    """The one row. It is made when its list is first opened."""

    list_display = ("__str__", "sign_up", "hosting", "changed_at")
    readonly_fields = ("picture", "set_up_at", "changed_at")
    fieldsets = (
        ("Looks", {"fields": ("name", "color", "picture", "contact")}),
        ("Accounts", {"fields": ("sign_up", "inviting", "confirming")}),
        ("Hosting", {"fields": ("hosting", "host_min_followers")}),
        ("Captions", {"fields": ("language", "languages")}),
        ("Dates", {"fields": ("set_up_at", "changed_at")}),
    )

    @admin.display(description="logo")
    def picture(self, row: SiteSettings) -> SafeString | str:
        if not row.logo:
            return "none: manage.py setup --logo FILE"
        return format_html('<img src="{}" width="56" height="56" alt="">', row.logo.url)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if self.has_change_permission(request):
            SiteSettings.objects.get_or_create(pk=SiteSettings.ONLY)
        return super().changelist_view(request, extra_context)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(SignUpInvitation)
class SignUpInvitationAdmin(InvitationRows):
    """Invitations that were made. They are made on the page of invitations, which shows the link."""

    list_display = ("inviter", "used", "uses", "expires_at", "created_at")
    list_select_related = ("inviter",)
    search_fields = ("inviter__username",)
    ordering = ("-id",)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False
