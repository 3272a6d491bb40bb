from django.db import models

from timeline.models.post import TEXT_LENGTH, Post


class PostVersion(models.Model):
    """The text that a post had before an edit. Only services write here."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="versions", db_index=False)
    text = models.CharField(max_length=TEXT_LENGTH, blank=True)
    written_at = models.DateTimeField()
    """When this text became the post's text."""

    class Meta:
        indexes = [models.Index(fields=["post", "id"], name="timeline_versions_of_post")]

    def __str__(self) -> str:
        return f"{self.post_id} before an edit"
