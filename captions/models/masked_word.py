from django.conf import settings
from django.db import models
from django.utils import timezone


class MaskedWord(models.Model):
    """A word that captions do not show to readers. The text itself is kept as it was understood."""

    text = models.CharField(max_length=60, unique=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["text"]

    def __str__(self) -> str:
        return self.text
