from django.conf import settings
from django.db import models
from django.utils import timezone

from timeline.models.post import Post


class Bookmark(models.Model):
    """A post that a user keeps for later. Nobody else sees it, and it is not counted."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="bookmarks", db_index=False)
    post = models.ForeignKey(Post, models.CASCADE, related_name="bookmarks")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "post"], name="timeline_bookmark_once")]
        indexes = [models.Index(fields=["user", "-id"], name="timeline_bookmarks_of_user")]

    def __str__(self) -> str:
        return f"{self.user_id} keeps {self.post_id}"
