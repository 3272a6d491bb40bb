"""The operator's texts in the admin."""

from typing import TYPE_CHECKING

from django.contrib import admin

from timeline.models import SiteText

if TYPE_CHECKING:
    TextAdmin = admin.ModelAdmin[SiteText]
else:
    TextAdmin = admin.ModelAdmin


@admin.register(SiteText)
class SiteTextAdmin(TextAdmin):
    list_display = ("kind", "changed_at")
    readonly_fields = ("changed_at",)
