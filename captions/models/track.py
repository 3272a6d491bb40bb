from django.db import models
from django.utils import timezone

from accounts.site import site
from spaces.models import Space


def default_language() -> str:
    return site().language


class Track(models.Model):
    """The captions of one Space: what holds for all of them."""

    space = models.OneToOneField(Space, models.CASCADE, related_name="caption_track", primary_key=True)
    language = models.CharField(max_length=12, default=default_language)
    is_translated = models.BooleanField(default=False)
    """The host wants an English translation beside what is said in other languages."""
    epoch = models.PositiveIntegerField(default=0)
    """Goes up with every ingest that takes the Space over: one that lost it and does not know yet is refused."""
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"captions of {self.space_id} ({self.language})"
