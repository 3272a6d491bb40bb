"""Show the posts that are pinned to Spaces, read-only. To remove a pin, delete its post."""

from django.contrib import admin

from spaces.doors.admin import ReadOnlyAdmin
from timeline.models import PinnedPost


@admin.register(PinnedPost)
class PinnedPostAdmin(ReadOnlyAdmin):
    list_display = ("id", "space", "post", "pinned_by", "created_at")
    list_select_related = ("space__creator", "post", "pinned_by")
    search_fields = ("space__public_id", "space__title", "post__text", "pinned_by__username")
    ordering = ("-id",)
