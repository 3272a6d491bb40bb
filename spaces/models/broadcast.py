from django.conf import settings
from django.db import models
from django.utils import timezone

from spaces.models.space import Space


class BroadcastKey(models.Model):
    """The key by which broadcasting software speaks as one user in one Space. It is good for nothing else. Only its
    SHA-256 is stored."""

    space = models.ForeignKey(Space, models.CASCADE, related_name="broadcast_keys")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="broadcast_keys")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["space", "user"], name="broadcast_key_once")]

    def __str__(self) -> str:
        return f"key of {self.user_id} for {self.space_id}"
