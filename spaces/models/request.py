from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from spaces.models.space import Space
from spaces.states import RequestState


class SpeakRequest(models.Model):
    """A listener's request for a microphone. At most one waits for each user and Space."""

    space = models.ForeignKey(Space, models.CASCADE, related_name="requests")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="speak_requests")
    state = models.CharField(max_length=10, choices=RequestState, default=RequestState.PENDING)
    created_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="decided_requests"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["space", "user"], condition=Q(state="pending"), name="request_one_pending_per_person"
            ),
        ]
        indexes = [
            models.Index(fields=["space", "created_at"], condition=Q(state="pending"), name="request_queue"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} asks in {self.space_id}: {self.state}"
