from django.conf import settings
from django.db import models
from django.utils import timezone

from captions.states import Source, UtteranceState
from spaces.models import Space


class Utterance(models.Model):
    """What one person said without a pause. Only services change it."""

    space = models.ForeignKey(Space, models.CASCADE, related_name="utterances")
    speaker = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="utterances")
    start_ms = models.PositiveBigIntegerField()
    """On the Space's clock, as `end_ms`."""
    end_ms = models.PositiveBigIntegerField(null=True, blank=True)
    """Empty while the person is speaking."""

    state = models.CharField(max_length=10, choices=UtteranceState, default=UtteranceState.OPEN)
    source = models.CharField(max_length=10, choices=Source, default=Source.SERVER)
    language = models.CharField(max_length=12)
    text = models.TextField(blank=True)
    """The latest interim until it is final; empty where nothing was understood."""
    words = models.JSONField(default=list, blank=True)
    """`[[word, start_ms, end_ms, confidence], …]`: times on the Space's clock, confidence from 0 to 1."""
    translation = models.TextField(blank=True)
    """In English, by the engine, where the host wants it and the speaker speaks something else."""
    is_unmasked = models.BooleanField(default=False)
    """A moderator lets readers see the words of the list in this line."""
    revision = models.PositiveIntegerField(default=0)
    """Goes up with every text that the room is shown."""

    engine = models.CharField(max_length=40, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    """Why the last attempt failed."""
    created_at = models.DateTimeField(default=timezone.now)
    queued_at = models.DateTimeField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    """A worker that is alive moves this on; one that was killed does not."""
    finished_at = models.DateTimeField(null=True, blank=True)
    """When the text became what it is now: final, failed, taken away by a moderator or given back."""
    engine_ms = models.PositiveIntegerField(null=True, blank=True)
    """How long the engine took."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["space", "speaker", "start_ms"], name="utterance_once"),
            models.CheckConstraint(
                name="utterance_ends_after_start",
                condition=models.Q(end_ms=None) | models.Q(end_ms__gte=models.F("start_ms")),
            ),
            models.UniqueConstraint(
                fields=["space", "speaker"],
                condition=models.Q(state="open", source="browser"),
                name="utterance_one_open_by_browser",
            ),
        ]
        indexes = [
            models.Index(fields=["space", "start_ms", "id"]),
            models.Index(
                fields=["state", "queued_at"],
                condition=models.Q(state__in=["open", "waiting", "running"]),
                name="utterance_unfinished",
            ),
        ]

    def __str__(self) -> str:
        return f"utterance {self.pk} of {self.speaker_id} ({self.state})"


class UtteranceAudio(models.Model):
    """The sound of an utterance, until its text is final. A row of its own, so that nothing else reads it along."""

    utterance = models.OneToOneField(Utterance, models.CASCADE, related_name="audio", primary_key=True)
    pcm = models.BinaryField()
    """int16, little-endian, mono, 16 kHz."""

    def __str__(self) -> str:
        return f"sound of utterance {self.utterance_id}"
