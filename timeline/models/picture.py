import secrets

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from timeline.models.post import Post

PICTURES_OF_A_POST = 4
ALT_LENGTH = 1_000
FOLDER = "posts"
"""The directory below `MEDIA_ROOT`. `spaces_project.media.serving.media` does not serve it: who may see a picture is
asked first."""


def picture_path(picture: "PostPicture", filename: str) -> str:
    """Return a random path for an image. Nothing of the uploaded name reaches the disk, and paths cannot be guessed."""
    name = secrets.token_hex(16)
    return f"{FOLDER}/{name[:2]}/{name}.webp"


class PostPicture(models.Model):
    """A picture of a post, re-encoded as WebP. It is shown where its post is shown. Only services write here."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="pictures", db_index=False)
    position = models.PositiveSmallIntegerField()
    """Its place among the pictures of the post, from 0. A place may be empty: a moderator removed its picture."""
    image = models.ImageField(upload_to=picture_path)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    """The size in pixels. Pages reserve the room before the picture has arrived."""
    alt = models.CharField(max_length=ALT_LENGTH, blank=True)
    """What the picture shows, in the author's words, for readers who do not see it."""
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post", "position"], name="timeline_picture_of_place"),
            models.CheckConstraint(name="timeline_picture_place", condition=Q(position__lt=PICTURES_OF_A_POST)),
            models.CheckConstraint(name="timeline_picture_size", condition=Q(width__gt=0, height__gt=0)),
            models.CheckConstraint(name="timeline_picture_shows", condition=~Q(image="")),
        ]

    def __str__(self) -> str:
        return f"{self.position} of {self.post_id}"

    def get_absolute_url(self) -> str:
        """Return the address of the image itself. It tells nothing of the path on the disk."""
        return reverse("post_picture", args=[self.post_id, self.pk])
