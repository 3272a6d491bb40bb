import secrets

from django.conf import settings
from django.db import models
from django.utils import timezone

from timeline.reach.kinds import Channel, Kind

TOKEN_BYTES = 24


def new_token() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


class PushSubscription(models.Model):
    """A browser that shows notifications of one user. It ends with the session in which it was made."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="push_subscriptions")
    session_key = models.CharField(max_length=40, db_index=True)
    endpoint = models.CharField(max_length=500, unique=True)
    """The address at the browser's push service. Knowing it is not enough to send: our key must sign."""
    p256dh = models.CharField(max_length=100)
    auth = models.CharField(max_length=40)
    created_at = models.DateTimeField(default=timezone.now)
    failures = models.PositiveSmallIntegerField(default=0)
    """How many sends in a row failed for a reason that may pass."""

    def __str__(self) -> str:
        return f"{self.user_id} since {self.created_at:%Y-%m-%d}"


class Wish(models.Model):
    """A user's choice about one kind and channel, where it differs from the default."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind)
    channel = models.CharField(max_length=5, choices=Channel)
    wanted = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind", "channel"], name="reach_wish_once")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.kind} by {self.channel} {self.wanted}"


class QuietHours(models.Model):
    """The hours in which a user gets no push, in their time zone. They may pass midnight."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", primary_key=True)
    begin = models.TimeField()
    end = models.TimeField()
    time_zone = models.CharField(max_length=50)

    def __str__(self) -> str:
        return f"{self.user_id}: {self.begin} to {self.end} {self.time_zone}"


class CalendarFeed(models.Model):
    """The secret address of a user's calendar. Calendars cannot log in: knowing the address is enough to read it."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", primary_key=True)
    token = models.CharField(max_length=40, unique=True, default=new_token)

    def __str__(self) -> str:
        return f"calendar of {self.user_id}"
