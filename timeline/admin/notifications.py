from django.contrib import admin

from spaces.doors.admin import ReadOnlyAdmin
from timeline.models import Notification


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    list_display = ("id", "user", "kind", "actor", "space", "post", "created_at", "seen_at")
    list_filter = ("kind", ("seen_at", admin.EmptyFieldListFilter))
    list_select_related = ("user", "actor", "space__creator", "post")
    search_fields = ("user__username", "actor__username", "space__public_id")
    ordering = ("-id",)
