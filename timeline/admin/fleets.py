"""Fleets in the admin, as long as their rows exist.

Deleting goes through the service, so that the image is deleted too.
"""

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from spaces.doors.admin import ReadOnlyAdmin, acting
from timeline import services
from timeline.models import Fleet


@admin.register(Fleet)
class FleetAdmin(ReadOnlyAdmin):
    list_display = ("id", "author", "kind", "beginning", "seen", "created_at", "expires_at")
    list_filter = ("kind",)
    list_select_related = ("author",)
    search_fields = ("text", "author__username", "author__display_name")
    fields = ("author", "kind", "text", "picture", "background", "seen", "created_at", "expires_at")
    ordering = ("-id",)
    actions = ("remove_fleets",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Fleet]:
        found: QuerySet[Fleet] = super().get_queryset(request).annotate(seen_count=Count("views"))
        return found

    @admin.display(description="text")
    def beginning(self, fleet: Fleet) -> str:
        return Truncator(fleet.text).chars(80)

    @admin.display(description="seen by")
    def seen(self, fleet: Fleet) -> int:
        return int(getattr(fleet, "seen_count", 0))

    @admin.display(description="image")
    def picture(self, fleet: Fleet) -> SafeString | str:
        if not fleet.image:
            return "none"
        return format_html('<img src="{}" height="320" alt="">', reverse("fleet_image", args=[fleet.pk]))

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return acting(request).has_perm("timeline.delete_fleet")

    @admin.action(description="Remove Fleets", permissions=["operate"])
    def remove_fleets(self, request: HttpRequest, fleets: QuerySet[Fleet]) -> None:
        self.apply(request, fleets, lambda fleet: services.remove_fleet(fleet_id=fleet.pk), "Removed")
