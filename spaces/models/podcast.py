import re
import uuid
from typing import Final

from django.conf import settings
from django.db import models
from django.utils import timezone

from spaces.models.tokens import new_token

_FEEDS: Final = uuid.UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")
"""The namespace of Podcasting 2.0."""


def guid_of(feed_url: str) -> uuid.UUID:
    """Return the identity of a feed for Podcasting 2.0.

    It is computed once from the first URL and stored: the identity stays when the feed moves.
    """
    without_scheme = re.sub(r"^[a-z]+://", "", feed_url).rstrip("/")
    return uuid.uuid5(_FEEDS, without_scheme)


class Podcast(models.Model):
    """The feed of one person's public replays. Its address and identity stay, whatever the person's name is."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="podcast")
    token = models.CharField(max_length=30, unique=True, default=new_token, editable=False)
    guid = models.UUIDField(unique=True)
    """The identity for podcast directories, computed once from the first address."""
    is_on = models.BooleanField(default=True)
    is_explicit = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    """The last change of anything that the feed says."""

    def __str__(self) -> str:
        return f"podcast of {self.user_id}"

    def get_absolute_url(self) -> str:
        return f"/podcasts/{self.token}.xml"
