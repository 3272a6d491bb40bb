from django.db import models
from django.db.models import Q
from django.utils import timezone

from spaces.models.recording import Recording
from spaces.states import ExportState


class Export(models.Model):
    """The files for download that are made of a replay: M4A and MP3. Only services change it."""

    recording = models.OneToOneField(Recording, models.CASCADE, related_name="export")
    state = models.CharField(max_length=10, choices=ExportState, default=ExportState.WAITING)
    version = models.PositiveIntegerField(default=1)
    """Goes up when the files must be made anew. It is in their names: another sound has another address."""
    made_version = models.PositiveIntegerField(default=0)
    """The version of the files that exist. 0 while there are none."""
    attempts = models.PositiveSmallIntegerField(default=0)
    percent = models.PositiveSmallIntegerField(default=0)
    touched_at = models.DateTimeField(default=timezone.now)
    """When a worker was last heard of, or the files were asked for."""
    made_at = models.DateTimeField(null=True, blank=True)
    duration_ms = models.PositiveBigIntegerField(default=0)
    m4a_bytes = models.PositiveBigIntegerField(default=0)
    mp3_bytes = models.PositiveBigIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)
    """Why it failed, for the staff."""

    class Meta:
        constraints = [
            models.CheckConstraint(name="export_ready_is_made", condition=~Q(state="ready") | Q(made_version__gt=0)),
        ]
        indexes = [models.Index(fields=["state", "touched_at"], name="exports_waiting")]

    def __str__(self) -> str:
        return f"files of {self.recording_id} ({self.state})"

    @property
    def is_made(self) -> bool:
        """Return whether there are files, of the present version or an earlier one."""
        return self.made_version > 0
