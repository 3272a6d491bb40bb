import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q, TextChoices
from django.utils import timezone

FLEET_LENGTH = 280
BACKGROUNDS = 8
"""The number of backgrounds in the stylesheet, whose classes are `fleet-b0` and so on."""


class FleetKind(TextChoices):
    TEXT = "text"
    IMAGE = "image"


def fleet_path(fleet: "Fleet", filename: str) -> str:
    """Return a random path for an image. Nothing of the uploaded name reaches the disk, and paths cannot be guessed."""
    name = secrets.token_hex(16)
    return f"fleets/{name[:2]}/{name}.webp"


class Fleet(models.Model):
    """A post for one day. From `expires_at` on it is shown to no user; the row and its image are deleted soon after."""

    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="fleets", db_index=False)
    kind = models.CharField(max_length=5, choices=FleetKind)
    text = models.CharField(max_length=FLEET_LENGTH, blank=True)
    background = models.PositiveSmallIntegerField(default=0)
    image = models.ImageField(upload_to=fleet_path, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="timeline_fleet_text_says", condition=~Q(kind="text") | ~Q(text="")),
            models.CheckConstraint(name="timeline_fleet_image_shows", condition=~Q(kind="image") | ~Q(image="")),
            models.CheckConstraint(name="timeline_fleet_background", condition=Q(background__lt=BACKGROUNDS)),
        ]
        indexes = [models.Index(fields=["author", "expires_at"], name="timeline_fleets_of_author")]

    def __str__(self) -> str:
        return f"{self.kind} by {self.author_id}"


class FleetView(models.Model):
    """The record that a user has seen a Fleet."""

    fleet = models.ForeignKey(Fleet, models.CASCADE, related_name="views", db_index=False)
    viewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="fleet_views")
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["fleet", "viewer"], name="timeline_fleet_seen_once")]
        indexes = [models.Index(fields=["fleet", "-id"], name="timeline_fleet_viewers")]

    def __str__(self) -> str:
        return f"{self.viewer_id} saw {self.fleet_id}"
