from django.db import models

from accounts.models.people import User


class NameWord(models.Model):
    """A word of a user's name or handle, as the search for people compares it. Only `accounts.names` writes here.

    The word is stored as bytes. Databases order text by rules of their own, and bytes all alike, so that a range of an
    index is a prefix on each of them.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="name_words", db_index=False)
    word = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "word"], name="accounts_name_word_once")]
        indexes = [models.Index(fields=["word", "user"], name="accounts_name_word_prefix")]

    def __str__(self) -> str:
        return f"a word of {self.user_id}"
