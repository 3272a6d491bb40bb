from django.conf import settings
from django.db import models
from django.utils import timezone

from captions.states import ConsentState, Source
from spaces.models import Space


class ConsentQuerySet(models.QuerySet["Consent"]):
    def given(self) -> "ConsentQuerySet":
        return self.filter(state=ConsentState.GIVEN)


class Consent(models.Model):
    """A speaker's answer about being captioned in this Space. No row: not asked, or no answer yet."""

    space = models.ForeignKey(Space, models.CASCADE, related_name="caption_consents")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="caption_consents")
    state = models.CharField(max_length=10, choices=ConsentState)
    at = models.DateTimeField(default=timezone.now)
    source = models.CharField(max_length=10, choices=Source, default=Source.SERVER)
    source_connection = models.CharField(max_length=30, blank=True)
    """The connection whose browser recognises; any later one starts with the server's engine again."""

    objects = ConsentQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["space", "user"], name="consent_once")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.space_id}: {self.state}"
