from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from spaces.models import Clip, Space

TEXT_LENGTH = 4_000
"""The most characters that 280 weighted ones can take: a link weighs 23 and an emoji two, whatever their length."""


class Post(models.Model):
    """Something a user wrote or, with `repost_of` and no text, reposted. Only services write here.

    Ids grow with time and are the only order of every list. A reply or quote outlives the post it is about: `is_reply`
    with an empty `reply_to` means that the other post was deleted.
    """

    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="posts", db_index=False)
    text = models.CharField(max_length=TEXT_LENGTH, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True, blank=True)
    """When the author last changed the text. The texts before are `PostVersion` rows."""
    is_reply = models.BooleanField(default=False)
    is_quote = models.BooleanField(default=False)
    reply_to = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="replies", db_index=False)
    quote_of = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="quotes", db_index=False)
    repost_of = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="reposts", db_index=False)
    space = models.ForeignKey(Space, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    """The Space that the text links to. The post shows its card."""
    clip = models.ForeignKey(Clip, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    """The clip that the text links to. The post plays it."""

    taken_down = models.BooleanField(default=False, editable=False)
    """Moderators took it down: no one sees it, until an appeal puts it back."""

    like_count = models.PositiveIntegerField(default=0, editable=False)
    reply_count = models.PositiveIntegerField(default=0, editable=False)
    repost_count = models.PositiveIntegerField(default=0, editable=False)
    quote_count = models.PositiveIntegerField(default=0, editable=False)
    picture_count = models.PositiveSmallIntegerField(default=0, editable=False)
    """Timelines without pictures need no query for them."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["repost_of", "author"], condition=Q(repost_of__isnull=False), name="timeline_repost_once"
            ),
            models.CheckConstraint(
                name="timeline_repost_says_nothing",
                condition=Q(repost_of__isnull=True) | Q(text="", is_reply=False, is_quote=False),
            ),
            models.CheckConstraint(name="timeline_reply_is_one", condition=Q(reply_to__isnull=True) | Q(is_reply=True)),
            models.CheckConstraint(name="timeline_quote_is_one", condition=Q(quote_of__isnull=True) | Q(is_quote=True)),
        ]
        indexes = [
            # A user's posts, newest first: for profiles, and for the probes of the home timeline.
            models.Index(fields=["author", "is_reply", "-id"], name="timeline_post_of_author"),
            models.Index(fields=["reply_to", "id"], condition=Q(reply_to__isnull=False), name="timeline_post_replies"),
            models.Index(fields=["quote_of", "id"], condition=Q(quote_of__isnull=False), name="timeline_post_quotes"),
            models.Index(fields=["space", "id"], condition=Q(space__isnull=False), name="timeline_post_spaces"),
            models.Index(fields=["clip", "id"], condition=Q(clip__isnull=False), name="timeline_post_clips"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} by {self.author_id}"

    def get_absolute_url(self) -> str:
        return reverse("post", args=[self.author.username, self.pk])


class Like(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="likes", db_index=False)
    post = models.ForeignKey(Post, models.CASCADE, related_name="likes")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "post"], name="timeline_like_once")]

    def __str__(self) -> str:
        return f"{self.user_id} likes {self.post_id}"
