"""Posts pinned to Spaces, read-only. To remove one, delete the post."""

from django.contrib import admin

from spaces.admin import ReadOnlyAdmin
from timeline.models import PinnedPost


@admin.register(PinnedPost)
class PinnedPostAdmin(ReadOnlyAdmin):
    list_display = ("id", "space", "post", "pinned_by", "created_at")
    list_select_related = ("space__creator", "post", "pinned_by")
    search_fields = ("space__public_id", "space__title", "post__text", "pinned_by__username")
    ordering = ("-id",)
