from django.conf import settings
from django.db import models
from django.utils import timezone


class FlaggedWord(models.Model):
    """A word or phrase of the word list. A title or caption that has it is put into the moderators' queue. It is stored
    in the normalised form in which texts are compared."""

    text = models.CharField(max_length=60, unique=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["text"]

    def __str__(self) -> str:
        return self.text
