"""What owners ask for about their whole account: a copy of it, and its end."""

import secrets
from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models.people import User

NAME_BYTES = 24


def new_file_name() -> str:
    return f"{secrets.token_urlsafe(NAME_BYTES)}.zip"


class ExportState(models.TextChoices):
    WAITING = "waiting"
    READY = "ready"
    FAILED = "failed"


class AccountExport(models.Model):
    """The latest export of an account. A new one replaces it, with its file."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="export")
    state = models.CharField(max_length=10, choices=ExportState, default=ExportState.WAITING)
    file_name = models.CharField(max_length=50, unique=True, default=new_file_name)
    """Random. The file lies in `ACCOUNT_EXPORTS_DIR` and only its owner is served it."""
    bytes = models.PositiveBigIntegerField(default=0)
    asked_at = models.DateTimeField(default=timezone.now)
    ready_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.user_id} asked on {self.asked_at:%Y-%m-%d}: {self.state}"

    @property
    def path(self) -> Path:
        return Path(settings.ACCOUNT_EXPORTS_DIR) / self.file_name


class ClosedAccount(models.Model):
    """An account that its owner is deleting: closed until `due_at`, then emptied.

    The row tells it from an account that staff closed. Its user is not active while it exists.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="closed")
    asked_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.user_id} until {self.due_at:%Y-%m-%d}"
