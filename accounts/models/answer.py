from django.conf import settings
from django.db import models
from django.utils import timezone


class RepeatableAnswer(models.Model):
    """The stored answer to a creating call with an `Idempotency-Key`.

    It is written in the transaction of the created object, so that neither exists without the other.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=100)
    request_hash = models.CharField(max_length=64)
    """SHA-256 of method, path and body. The same key with another request is an error of the program."""
    status = models.PositiveSmallIntegerField(default=0)
    body = models.BinaryField(default=b"")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="accounts_answer_once")]

    def __str__(self) -> str:
        return f"{self.status} for {self.key}"
