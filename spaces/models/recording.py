from pathlib import Path
from typing import ClassVar, Final

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from spaces.models.append_only import AppendOnlyModel, AppendOnlyQuerySet
from spaces.models.space import TITLE_LENGTH, Space
from spaces.models.tokens import new_token
from spaces.states import RecordingState, StopReason

CAPTURE: Final = "capture"
"""The directory of the files that the gateway writes. They hold what the replay is made of."""

_OPEN = (RecordingState.RECORDING, RecordingState.PAUSED, RecordingState.FINISHING)


class RecordingQuerySet(models.QuerySet["Recording"]):
    """A query of recordings."""

    def open(self) -> "RecordingQuerySet":
        """Return the recordings that a recorder has to look after."""
        return self.filter(state__in=_OPEN)

    def ready(self) -> "RecordingQuerySet":
        """Return the recordings that can be played to the end."""
        return self.filter(state=RecordingState.READY)


class Recording(models.Model):
    """The sound of one Space, as its listeners heard it. Only services change it."""

    space = models.OneToOneField(Space, models.CASCADE, related_name="recording")
    state = models.CharField(max_length=10, choices=RecordingState, default=RecordingState.RECORDING)
    stop_reason = models.CharField(max_length=20, choices=StopReason, blank=True)
    """Why the recording is not going on. Empty while it is."""
    title = models.CharField(max_length=TITLE_LENGTH, blank=True)
    """The title of the replay. Empty: the title of the Space."""
    visible = models.BooleanField(default=True)
    """The host shows the replay to others."""
    in_podcast = models.BooleanField(default=False)
    """The host puts the replay into their podcast."""
    clips_allowed = models.BooleanField(default=False)
    """The host lets others make clips of the replay. The host always may."""
    directory = models.CharField(max_length=30, unique=True, default=new_token, editable=False)
    """The name of the directory with the files. A random name: an address that was copied cannot be guessed from the
    Space's id, and a Space that is deleted and made anew never meets old files."""
    created_at = models.DateTimeField(default=timezone.now)
    ready_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    files_gone_at = models.DateTimeField(null=True, blank=True)
    """When the files of a deleted recording were removed. Empty while a report holds them."""
    expires_at = models.DateTimeField(null=True, blank=True)
    expiry_told_at = models.DateTimeField(null=True, blank=True)
    """When the host was told that the recording is about to expire."""
    duration_ms = models.PositiveBigIntegerField(default=0)
    """The length of the sound that is packed so far."""
    bytes = models.PositiveBigIntegerField(default=0)
    """The size of all files, captured and packed."""
    cut_start_ms = models.PositiveBigIntegerField(default=0)
    """Where the replay begins, in milliseconds of the recorded sound."""
    cut_end_ms = models.PositiveBigIntegerField(null=True, blank=True)
    """Where the replay ends, in milliseconds of the recorded sound. Empty: at its end."""
    epoch = models.PositiveIntegerField(default=0)
    """Goes up with every recorder that takes the recording over. One that lost it and does not know yet is refused."""

    objects = RecordingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="recording_ready_has_time", condition=~Q(state="ready") | Q(ready_at__isnull=False)
            ),
            models.CheckConstraint(
                name="recording_deleted_has_time", condition=~Q(state="deleted") | Q(deleted_at__isnull=False)
            ),
            models.CheckConstraint(
                name="recording_failed_has_reason", condition=~Q(state="failed") | ~Q(stop_reason="")
            ),
            models.CheckConstraint(
                name="recording_cut_in_order", condition=Q(cut_end_ms=None) | Q(cut_end_ms__gt=F("cut_start_ms"))
            ),
        ]
        indexes = [
            models.Index(fields=["state", "expires_at"], name="recordings_due"),
        ]

    def __str__(self) -> str:
        return f"recording of {self.space_id} ({self.state})"

    @property
    def home(self) -> Path:
        """Return the directory with the files of the recording. It may not exist yet."""
        return Path(settings.RECORDINGS_DIR) / self.directory

    @property
    def capture_home(self) -> Path:
        """Return the directory that the gateway writes into."""
        return self.home / CAPTURE

    @property
    def display_title(self) -> str:
        """Return the title of the replay."""
        return self.title or self.space.display_title

    @property
    def is_ready(self) -> bool:
        return self.state == RecordingState.READY

    @property
    def length_ms(self) -> int:
        """Return how long the replay is, without what the host cut off."""
        return max(min(self.end_ms, self.duration_ms) - self.cut_start_ms, 0)

    @property
    def end_ms(self) -> int:
        """Return where the replay ends, in milliseconds of the recorded sound."""
        return self.duration_ms if self.cut_end_ms is None else self.cut_end_ms

    @property
    def is_going_on(self) -> bool:
        return self.state == RecordingState.RECORDING


class Stretch(models.Model):
    """A part of a Space that was recorded without a stop. Times are milliseconds since the Space started."""

    recording = models.ForeignKey(Recording, models.CASCADE, related_name="stretches")
    starts_ms = models.PositiveBigIntegerField()
    ends_ms = models.PositiveBigIntegerField(null=True, blank=True)
    """Empty while it goes on."""

    class Meta:
        verbose_name_plural = "stretches"
        ordering = ["starts_ms"]
        constraints = [
            models.CheckConstraint(name="stretch_in_order", condition=Q(ends_ms=None) | Q(ends_ms__gte=F("starts_ms"))),
            models.UniqueConstraint(fields=["recording"], condition=Q(ends_ms=None), name="stretch_one_goes_on"),
            models.UniqueConstraint(fields=["recording", "starts_ms"], name="stretch_once"),
        ]

    def __str__(self) -> str:
        return f"{self.recording_id}: {self.starts_ms} to {self.ends_ms}"


class Incarnation(models.Model):
    """One file that the gateway wrote. It writes a new one each time the mountpoint is made anew."""

    recording = models.ForeignKey(Recording, models.CASCADE, related_name="incarnations")
    name = models.CharField(max_length=80)
    """The file's name in the directory of the recording."""
    starts_at = models.DateTimeField()
    """When the gateway wrote the first packet, by its wall clock."""
    starts_ms = models.BigIntegerField()
    """The same on the Space's clock, in milliseconds."""
    duration_ms = models.PositiveBigIntegerField(default=0)
    packets = models.PositiveBigIntegerField(default=0)
    bytes = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ["starts_at"]
        constraints = [models.UniqueConstraint(fields=["recording", "name"], name="incarnation_once")]

    def __str__(self) -> str:
        return f"{self.recording_id}: {self.name}"


class RecordingConsent(AppendOnlyModel):
    """The agreement of one user to be recorded in one Space. Rows are added and never changed: who starts the recording
    again asks everyone again, and each answer is a row of its own."""

    space = models.ForeignKey(Space, models.CASCADE, related_name="recording_consents")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="recording_consents")
    round = models.PositiveSmallIntegerField()
    """The start of the recording that the user agreed to: 1 for the first."""
    version = models.CharField(max_length=20)
    """The version of the text that the user saw."""
    at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[models.Manager["RecordingConsent"]] = AppendOnlyQuerySet["RecordingConsent"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["space", "user", "round"], name="recording_consent_once")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.space_id} ({self.version})"


class SpokenTurn(models.Model):
    """The time in which one user talked. Times are milliseconds since the Space started. Turns of several users may
    overlap."""

    space = models.ForeignKey(Space, models.CASCADE, related_name="spoken_turns")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="spoken_turns")
    starts_ms = models.PositiveBigIntegerField()
    ends_ms = models.PositiveBigIntegerField(null=True, blank=True)
    """Empty while the user talks."""

    class Meta:
        ordering = ["starts_ms", "id"]
        constraints = [
            models.CheckConstraint(
                name="spoken_turn_in_order", condition=Q(ends_ms=None) | Q(ends_ms__gte=F("starts_ms"))
            ),
            models.UniqueConstraint(
                fields=["space", "user"], condition=Q(ends_ms=None), name="spoken_turn_one_goes_on"
            ),
        ]
        indexes = [models.Index(fields=["space", "starts_ms"], name="spoken_turns_around")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.space_id}: {self.starts_ms} to {self.ends_ms}"
