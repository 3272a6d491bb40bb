from django.db import models
from django.utils import timezone

from accounts.models.people import User

MUTED_WORD_LENGTH = 50
MUTED_PHRASE_LENGTH = 4 * MUTED_WORD_LENGTH
"""Characters that are stored. One character may become several when its accents and ligatures are taken apart."""


class Mute(models.Model):
    """One user not wanting to read another one. The muted user is not told, and nothing else changes for them."""

    muter = models.ForeignKey(User, models.CASCADE, related_name="mute_rows", db_index=False)
    muted = models.ForeignKey(User, models.CASCADE, related_name="muted_by_rows")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["muter", "muted"], name="accounts_mute_once"),
            models.CheckConstraint(condition=~models.Q(muter=models.F("muted")), name="accounts_mute_not_self"),
        ]

    def __str__(self) -> str:
        return f"{self.muter_id} mutes {self.muted_id}"


class MutedWord(models.Model):
    """A word or phrase that a user does not want to read, without accents and capitals."""

    user = models.ForeignKey(User, models.CASCADE, related_name="muted_words", db_index=False)
    text = models.CharField(max_length=MUTED_PHRASE_LENGTH)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "text"], name="accounts_muted_word_once")]

    def __str__(self) -> str:
        return f"{self.user_id} does not read {self.text}"
