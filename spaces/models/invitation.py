from django.conf import settings
from django.db import models
from django.utils import timezone

from spaces.models.space import Space


class Invitation(models.Model):
    """An invitation of a user to a Space, perhaps to speak. One for each user and Space; a later one may add the
    microphone."""

    space = models.ForeignKey(Space, models.CASCADE, related_name="invitations")
    inviter = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="sent_invitations")
    invitee = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="invitations")
    to_speak = models.BooleanField(default=False)
    to_cohost = models.BooleanField(default=False)
    """The user has been offered the place of a co-host. Set to false when the user accepts or declines."""
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["space", "invitee"], name="invitation_once")]

    def __str__(self) -> str:
        return f"{self.invitee_id} invited to {self.space_id}"


class Reminder(models.Model):
    """A user's wish to be told when a scheduled Space starts."""

    space = models.ForeignKey(Space, models.CASCADE, related_name="reminders")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="reminders")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["space", "user"], name="reminder_once")]

    def __str__(self) -> str:
        return f"{self.user_id} waits for {self.space_id}"
