from django.db import models

from spaces.models.space import Space


class ReactionCounts(models.Model):
    """How many reactions a Space got, moment by moment. Who reacted is not stored."""

    space = models.OneToOneField(Space, models.CASCADE, related_name="reaction_counts")
    counts = models.JSONField(default=list)
    """In order of time, `[second, emoji, number]`: the second of the Space at which the moment begins."""

    class Meta:
        verbose_name_plural = "reaction counts"

    def __str__(self) -> str:
        return f"reactions of {self.space_id}"
