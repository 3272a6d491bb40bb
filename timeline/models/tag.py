from django.db import models

from timeline.models.post import Post

TAG_LENGTH = 50


class PostTag(models.Model):
    """A hashtag in the text of a post, as `timeline.links.tag_key` makes it. Only services write here."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="tags", db_index=False)
    tag = models.CharField(max_length=4 * TAG_LENGTH)
    """A letter may become several when it loses its capital form."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "tag"], name="timeline_post_tag_once")]
        indexes = [models.Index(fields=["tag", "-post"], name="timeline_posts_of_tag")]

    def __str__(self) -> str:
        return f"#{self.tag} in {self.post_id}"
