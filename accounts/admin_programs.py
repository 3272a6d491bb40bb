"""Programs in the admin: webhooks with their delivery log, OAuth apps, and personal tokens.

No secret is shown twice.
"""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from oauth2_provider.admin import ApplicationAdmin
from oauth2_provider.forms import ApplicationForm
from oauth2_provider.models import Application

from accounts import services
from accounts.models import Delivery, PersonalToken, Webhook, WebhookEvent
from accounts.reauthentication import asks_again
from accounts.redirects import redirect_origin
from spaces_project.common.errors import ProductError

if TYPE_CHECKING:
    DeliveryRows = admin.ModelAdmin[Delivery]
    WebhookRows = admin.ModelAdmin[Webhook]
    TokenRows = admin.ModelAdmin[PersonalToken]
    WebhookFormBase = forms.ModelForm[Webhook]
else:
    DeliveryRows, WebhookRows, TokenRows = admin.ModelAdmin, admin.ModelAdmin, admin.ModelAdmin
    WebhookFormBase = forms.ModelForm


class SafeApplicationForm(ApplicationForm):
    def clean_redirect_uris(self) -> str:
        """Refuse the redirect addresses that `register_app` refuses: users are never sent to them."""
        addresses: str = self.cleaned_data["redirect_uris"]
        if any(redirect_origin(address) is None for address in addresses.split()):
            raise ValidationError("Use https addresses, or http on this machine, without user names.")
        return addresses


admin.site.unregister(Application)


@admin.register(Application)
class SafeApplicationAdmin(ApplicationAdmin):
    form = SafeApplicationForm


class WebhookForm(WebhookFormBase):
    url = forms.URLField(max_length=500, assume_scheme="https")
    events = forms.MultipleChoiceField(choices=WebhookEvent.choices, widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = Webhook
        fields = ("url", "events", "is_active")


@admin.register(Webhook)
class WebhookAdmin(WebhookRows):
    """Webhooks. One that is added here has no owner and receives the events of every Space of the site."""

    form = WebhookForm
    list_display = ("url", "owner", "events", "is_active", "created_at")
    list_filter = ("is_active",)
    list_select_related = ("owner",)
    search_fields = ("url", "owner__username")
    readonly_fields = ("owner", "created_at")
    show_full_result_count = False

    @method_decorator(asks_again)
    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Ask for the password first, because the new secret is shown afterwards."""
        return super().add_view(request, form_url, extra_context)

    def save_model(self, request: HttpRequest, obj: Webhook, form: Any, change: bool) -> None:
        if change:
            obj.save(update_fields=["url", "events", "is_active"])
            return
        try:
            made = services.create_webhook(owner=None, url=obj.url, events=form.cleaned_data["events"])
        except ProductError as error:
            self.message_user(request, error.message, messages.ERROR)
            return
        obj.pk = made.pk
        self.message_user(request, f"It signs with {made.secret} - copy it now, it is not shown again.")

    def log_addition(self, request: HttpRequest, obj: Webhook, message: Any) -> Any:
        return super().log_addition(request, obj, message) if obj.pk else None

    def response_add(self, request: HttpRequest, obj: Webhook, post_url_continue: str | None = None) -> Any:
        return self.response_post_save_add(request, obj)


@admin.register(Delivery)
class DeliveryAdmin(DeliveryRows):
    date_hierarchy = "created_at"
    ordering = ("-id",)
    list_display = ("created_at", "event", "webhook", "state", "tries", "last_status", "last_error", "next_try_at")
    list_filter = ("state", "event")
    list_select_related = ("webhook",)
    search_fields = ("webhook__url", "message_id")
    show_full_result_count = False
    actions = ("send_again",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("accounts.change_delivery"))

    @admin.action(description="Send again", permissions=["operate"])
    def send_again(self, request: HttpRequest, deliveries: QuerySet[Delivery]) -> None:
        for delivery in deliveries:
            services.deliver_again(delivery=delivery)
        self.message_user(request, f"{len(deliveries)} will be sent again.", messages.SUCCESS)


@admin.register(PersonalToken)
class PersonalTokenAdmin(TokenRows):
    """Personal tokens. They are viewed and revoked here, never created: only the owner may see a token."""

    list_display = ("name", "owner", "scopes", "created", "expires")
    list_select_related = ("access__user",)
    search_fields = ("name", "access__user__username")
    show_full_result_count = False

    @admin.display(ordering="access__user__username")
    def owner(self, token: PersonalToken) -> str:
        return str(token.access.user)

    @admin.display
    def scopes(self, token: PersonalToken) -> str:
        return str(token.access.scope)

    @admin.display(ordering="access__created")
    def created(self, token: PersonalToken) -> Any:
        return token.access.created

    @admin.display(ordering="access__expires")
    def expires(self, token: PersonalToken) -> Any:
        return token.access.expires

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def delete_model(self, request: HttpRequest, obj: PersonalToken) -> None:
        obj.access.delete()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[PersonalToken]) -> None:
        for token in queryset.select_related("access"):
            token.access.delete()
