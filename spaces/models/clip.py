from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from spaces.models.recording import Recording
from spaces.models.space import TITLE_LENGTH
from spaces.models.tokens import PUBLIC_ID_LENGTH, new_public_id
from spaces.states import ExportState

CLIPS: Final = "clips"
"""The directory of the files of all clips, beside the directories of recordings."""


class Clip(models.Model):
    """A short part of a replay with a sound file and a page of its own. Only services change it.

    Its file has the name of its public id. A file without a row is removed by a task, so deleting the row is enough.
    """

    public_id = models.CharField(max_length=PUBLIC_ID_LENGTH, unique=True, default=new_public_id, editable=False)
    recording = models.ForeignKey(Recording, models.CASCADE, related_name="clips")
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="clips")
    title = models.CharField(max_length=TITLE_LENGTH, blank=True)
    """Empty: the title of the replay."""
    starts_ms = models.PositiveBigIntegerField()
    """Where it starts, in milliseconds of the recorded sound. A later cut of the replay does not move it."""
    ends_ms = models.PositiveBigIntegerField()
    taken_down = models.BooleanField(default=False)
    """Moderators took it down. It is gone for every reader, and comes back if that decision is reversed."""
    state = models.CharField(max_length=10, choices=ExportState, default=ExportState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    touched_at = models.DateTimeField(default=timezone.now)
    """When a worker was last heard of, or the clip was asked for."""
    created_at = models.DateTimeField(default=timezone.now)
    bytes = models.PositiveBigIntegerField(default=0)
    """The size of the file. 0 while there is none."""
    error = models.CharField(max_length=200, blank=True)
    """Why it failed, for the staff."""

    class Meta:
        constraints = [
            models.CheckConstraint(name="clip_in_order", condition=Q(ends_ms__gt=F("starts_ms"))),
            models.CheckConstraint(name="clip_ready_is_made", condition=~Q(state="ready") | Q(bytes__gt=0)),
        ]
        indexes = [models.Index(fields=["state", "touched_at"], name="clips_waiting")]

    def __str__(self) -> str:
        return f"clip {self.public_id} ({self.state})"

    def get_absolute_url(self) -> str:
        return f"/i/clips/{self.public_id}"

    @property
    def display_title(self) -> str:
        return self.title or self.recording.display_title

    @property
    def length_ms(self) -> int:
        return self.ends_ms - self.starts_ms

    @property
    def is_ready(self) -> bool:
        return self.state == ExportState.READY

    @property
    def is_in_replay(self) -> bool:
        """Return whether the host has cut off nothing of it."""
        return self.recording.cut_start_ms <= self.starts_ms and self.ends_ms <= self.recording.end_ms

    @property
    def replay_ms(self) -> int:
        """Return where it starts on the clock of the replay."""
        return max(self.starts_ms - self.recording.cut_start_ms, 0)

    @property
    def file_name(self) -> str:
        """Return the name of the file in `CLIPS`."""
        return f"{self.public_id}.m4a"

    @property
    def path(self) -> Path:
        """Return the place of the file. It may not exist yet."""
        return Path(settings.RECORDINGS_DIR) / CLIPS / self.file_name
