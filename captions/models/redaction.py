from django.conf import settings
from django.db import models
from django.utils import timezone

from captions.models.utterance import Utterance


class Redaction(models.Model):
    """A caption that a moderator took out of sight. The original text stays here for as long as captions are kept."""

    utterance = models.OneToOneField(Utterance, models.CASCADE, related_name="redaction", primary_key=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    reason = models.CharField(max_length=200, blank=True)
    original = models.TextField()
    original_words = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"redaction of utterance {self.utterance_id}"
