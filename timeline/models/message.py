from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from spaces.models import Space

MESSAGE_LENGTH = 1_000


class Thread(models.Model):
    """The conversation of two users. A pair has one thread; `first` is the user with the smaller id."""

    first = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    second = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="timeline_thread_once"),
            models.CheckConstraint(name="timeline_thread_ordered", condition=Q(first__lt=F("second"))),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} and {self.second_id}"


class Message(models.Model):
    """A message. With `space` it is an invitation and shows the Space's card; otherwise it has a text."""

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="messages", db_index=False)
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="sent_messages")
    text = models.CharField(max_length=MESSAGE_LENGTH, blank=True)
    space = models.ForeignKey(Space, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)
    """When the receiver read it."""

    class Meta:
        indexes = [
            models.Index(fields=["thread", "-id"], name="timeline_message_of_thread"),
            models.Index(fields=["thread", "sender"], condition=Q(read_at=None), name="timeline_message_unread"),
        ]

    def __str__(self) -> str:
        return f"message {self.pk} by {self.sender_id}"


class ThreadSide(models.Model):
    """A thread as one of its two users sees it in the inbox. This copy makes an inbox a single index read."""

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="sides", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="thread_sides", db_index=False)
    other = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    last_message = models.ForeignKey(Message, models.CASCADE, related_name="+")
    unread = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "user"], name="timeline_thread_side_once")]
        indexes = [
            models.Index(fields=["user", "-last_message"], name="timeline_inbox"),
            models.Index(fields=["user"], condition=Q(unread__gt=0), name="timeline_inbox_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.thread_id} for {self.user_id}"
