from django.conf import settings
from django.db import models
from django.utils import timezone

from spaces.models import Space

COMMENT_LENGTH = 280


class Comment(models.Model):
    """A line that a participant wrote in a Space. Only services change it.

    A comment that was removed is shown to no reader. Its text stays for moderators as long as captions are kept.
    """

    space = models.ForeignKey(Space, models.CASCADE, related_name="comments", db_index=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="comments")
    text = models.CharField(max_length=COMMENT_LENGTH)
    clock_ms = models.PositiveBigIntegerField()
    """On the Space's clock, as the times of captions."""
    created_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["space", "-id"], name="captions_comments_of_space")]

    def __str__(self) -> str:
        return f"comment {self.pk} of {self.author_id}"
