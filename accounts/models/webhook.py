import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from spaces_project.common.sealing import SealedField


class WebhookEvent(models.TextChoices):
    SPACE_STARTED = "space.started"
    SPACE_ENDED = "space.ended"
    SPACE_SCHEDULED = "space.scheduled"
    REPORT_DECIDED = "report.decided"
    RECORDING_READY = "recording.ready"


class DeliveryState(models.TextChoices):
    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


class Webhook(models.Model):
    """An address that receives events of the Spaces that `owner` hosts, or of every Space if there is no owner."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="webhooks"
    )
    url = models.URLField(max_length=500)
    events = models.JSONField(default=list)
    """Values of `WebhookEvent`."""
    secret = SealedField()
    """The signing key `whsec_…` that both sides share.

    It is needed in clear to sign, so it is encrypted and not hashed.
    """
    is_active = models.BooleanField(default=True)
    failures = models.PositiveSmallIntegerField(default=0, editable=False)
    """Failed attempts in a row."""
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.url


class Delivery(models.Model):
    """One event for one webhook. The rows are both the log and the queue of the delivery tasks."""

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    message_id = models.UUIDField(default=uuid.uuid4, editable=False)
    """The same id for every attempt, so that the receiver can recognise a repetition."""
    event = models.CharField(max_length=30, choices=WebhookEvent)
    payload = models.JSONField()
    state = models.CharField(max_length=10, choices=DeliveryState, default=DeliveryState.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=timezone.now)
    busy_until = models.DateTimeField(null=True, blank=True, editable=False)
    """The lease of a running attempt: the time by which the attempt has ended."""
    last_status = models.PositiveSmallIntegerField(null=True, blank=True)
    last_error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(fields=["webhook", "-id"], name="accounts_delivery_log"),
            models.Index(fields=["next_try_at"], condition=models.Q(state="waiting"), name="accounts_delivery_due"),
        ]

    def __str__(self) -> str:
        return f"{self.event} to {self.webhook_id}: {self.state}"
