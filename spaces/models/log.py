from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from spaces.models.append_only import AppendOnlyModel, AppendOnlyQuerySet
from spaces.models.space import Space
from spaces.states import LogKind


class LogEntry(AppendOnlyModel):
    """One event in a Space: which person did what to which other person, when and why. Services append entries and
    never change them."""

    space = models.ForeignKey(Space, models.CASCADE, related_name="log")
    kind = models.CharField(max_length=20, choices=LogKind)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    """Empty if the system did it."""
    target = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    clock_ms = models.PositiveBigIntegerField(default=0)
    """Milliseconds since the Space started."""
    reason = models.CharField(max_length=200, blank=True)

    objects: ClassVar[models.Manager["LogEntry"]] = AppendOnlyQuerySet["LogEntry"].as_manager()

    class Meta:
        verbose_name_plural = "log entries"
        indexes = [
            models.Index(fields=["space", "id"]),
            models.Index(fields=["kind", "id"], name="spaces_log_of_kind"),
            models.Index(fields=["space", "clock_ms"], name="spaces_log_around"),
        ]

    def __str__(self) -> str:
        return f"{self.space_id} {self.kind}"
