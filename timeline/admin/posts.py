"""Posts in the admin: searchable, never edited. Deleting goes through the service, so that counters stay right."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from spaces.doors.admin import ReadOnlyAdmin, acting
from timeline import services
from timeline.admin.pictures import shown
from timeline.models import Post


@admin.register(Post)
class PostAdmin(ReadOnlyAdmin):
    list_display = ("id", "author", "kind", "beginning", "like_count", "reply_count", "repost_count", "created_at")
    list_filter = (
        "is_reply",
        "is_quote",
        ("repost_of", admin.EmptyFieldListFilter),
        ("space", admin.EmptyFieldListFilter),
    )
    list_select_related = ("author",)
    search_fields = ("text", "author__username", "author__display_name")
    readonly_fields = ("pictures",)
    ordering = ("-id",)
    actions = ("delete_posts",)

    @admin.display(description="kind")
    def kind(self, post: Post) -> str:
        if post.repost_of_id is not None:
            return "repost"
        return "reply" if post.is_reply else "quote" if post.is_quote else "post"

    @admin.display(description="text")
    def beginning(self, post: Post) -> str:
        return Truncator(post.text).chars(80)

    @admin.display(description="pictures")
    def pictures(self, post: Post) -> SafeString | str:
        """Show the pictures. They are removed one by one under "Post pictures", and all with the post."""
        found = [(shown(picture, height=160),) for picture in post.pictures.order_by("position")]
        return format_html_join(" ", "{}", found) or "none"

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return acting(request).has_perm("timeline.delete_post")

    @admin.action(description="Delete posts", permissions=["operate"])
    def delete_posts(self, request: HttpRequest, posts: QuerySet[Post]) -> None:
        def delete(post: Post) -> None:
            services.delete_post(user=acting(request), post_id=post.pk, as_operator=True)

        self.apply(request, posts, delete, "Deleted")
