from django.conf import settings
from django.db import models
from django.utils import timezone

from spaces.models import Space
from timeline.models.post import Post


class PinnedPost(models.Model):
    """A post that a participant on the stage pinned to a Space, for everyone in the Space to see.

    Only services write here.
    """

    space = models.ForeignKey(Space, models.CASCADE, related_name="+", db_index=False)
    post = models.ForeignKey(Post, models.CASCADE, related_name="pins")
    pinned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["space", "post"], name="timeline_pinned_once")]
        indexes = [models.Index(fields=["space", "-id"], name="timeline_pins_of_space")]

    def __str__(self) -> str:
        return f"{self.post_id} in {self.space_id}"
