"""Pictures of posts in the admin. Moderators see those of protected accounts, too, and may remove one of a post."""

from pathlib import Path

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from spaces.doors.admin import ReadOnlyAdmin, acting
from spaces_project.common.ranged import Ranged
from spaces_project.media.serving import PICTURE, media_response
from timeline import services
from timeline.models import PostPicture


def shown(picture: PostPicture, *, height: int) -> SafeString:
    """Return the picture as HTML, `height` pixels high, with its description."""
    address = reverse("admin:timeline_postpicture_file", args=[picture.pk])
    return format_html('<img src="{}" height="{}" alt="{}" loading="lazy">', address, height, picture.alt)


@admin.register(PostPicture)
class PostPictureAdmin(ReadOnlyAdmin):
    list_display = ("id", "small", "author", "of_post", "description", "created_at")
    list_select_related = ("post__author",)
    search_fields = ("alt", "post__text", "post__author__username", "post__author__display_name")
    fields = ("large", "author", "of_post", "position", "width", "height", "alt", "created_at")
    readonly_fields = ("large", "author", "of_post")
    ordering = ("-id",)
    actions = ("remove_pictures",)

    def get_urls(self) -> list[URLPattern]:
        file = path("<int:picture_id>/file", self.admin_site.admin_view(self.file), name="timeline_postpicture_file")
        return [file, *super().get_urls()]

    def file(self, request: HttpRequest, picture_id: int) -> HttpResponseBase:
        """Serve the picture to staff who may look at pictures."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        picture = PostPicture.objects.filter(pk=picture_id).first()
        if picture is None:
            raise Http404
        try:
            return media_response(request, Ranged(Path(picture.image.path), PICTURE))
        except FileNotFoundError as error:
            raise Http404 from error

    @admin.display(description="picture")
    def small(self, picture: PostPicture) -> SafeString:
        return shown(picture, height=80)

    @admin.display(description="picture")
    def large(self, picture: PostPicture) -> SafeString:
        return shown(picture, height=480)

    @admin.display(description="author")
    def author(self, picture: PostPicture) -> str:
        return picture.post.author.username

    @admin.display(description="post")
    def of_post(self, picture: PostPicture) -> SafeString:
        address = reverse("admin:timeline_post_change", args=[picture.post_id])
        return format_html('<a href="{}">{}</a>', address, picture.post_id)

    @admin.display(description="description")
    def description(self, picture: PostPicture) -> str:
        return Truncator(picture.alt).chars(80)

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return acting(request).has_perm("timeline.delete_postpicture")

    @admin.action(description="Remove pictures", permissions=["operate"])
    def remove_pictures(self, request: HttpRequest, pictures: QuerySet[PostPicture]) -> None:
        self.apply(request, pictures, lambda picture: services.remove_picture(picture_id=picture.pk), "Removed")
