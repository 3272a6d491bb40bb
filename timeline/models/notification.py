from django.conf import settings
from django.db import models
from django.db.models import Q, TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from spaces.models import Decision, Space
from timeline.models.post import Post


class NotificationKind(TextChoices):
    """The words complete the sentence that begins with the actor's name."""

    FOLLOWED = "followed", _("followed you")
    LIKED = "liked", _("liked your post")
    REPLIED = "replied", _("replied to you")
    MENTIONED = "mentioned", _("mentioned you")
    QUOTED = "quoted", _("quoted your post")
    REPOSTED = "reposted", _("reposted your post")
    INVITED = "invited", _("invited you to a Space")
    INVITED_TO_SPEAK = "invited_to_speak", _("invited you to speak in a Space")
    SPACE_STARTED = "space_started", _("started the Space you were waiting for")
    SPACE_CANCELED = "space_canceled", _("canceled the Space you were waiting for")
    SPACE_MOVED = "space_moved", _("rescheduled the Space you are waiting for")
    DECIDED = "decided", _("Moderators made a decision about your account")
    RECORDING_EXPIRES = "recording_expires", _("The recording of your Space will be deleted soon")


class Notification(models.Model):
    """Something `actor` did that concerns `user`: about a Space, a post or the user.

    One row, however often it is done.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications", db_index=False)
    kind = models.CharField(max_length=20, choices=NotificationKind)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    space = models.ForeignKey(Space, models.CASCADE, null=True, blank=True, related_name="+", db_index=False)
    post = models.ForeignKey(Post, models.CASCADE, null=True, blank=True, related_name="+", db_index=False)
    decision = models.ForeignKey(Decision, models.CASCADE, null=True, blank=True, related_name="+", db_index=False)
    """A moderators' decision is shown without its author: `actor` is then the notified user. So it is where the site
    itself tells something."""
    created_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            # Three constraints, because databases treat two NULLs as different values.
            models.UniqueConstraint(
                fields=["user", "kind", "actor"],
                condition=Q(space=None, post=None, decision=None),
                name="timeline_notification_of_person_once",
            ),
            models.UniqueConstraint(
                fields=["space", "user", "kind", "actor"],
                condition=Q(space__isnull=False),
                name="timeline_notification_of_space_once",
            ),
            models.UniqueConstraint(
                fields=["post", "user", "kind", "actor"],
                condition=Q(post__isnull=False),
                name="timeline_notification_of_post_once",
            ),
            models.UniqueConstraint(
                fields=["decision"], condition=Q(decision__isnull=False), name="timeline_notification_of_decision_once"
            ),
            models.CheckConstraint(
                name="timeline_notification_of_one_thing", condition=Q(space__isnull=True) | Q(post__isnull=True)
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-id"], name="timeline_notifications_of_user"),
            models.Index(fields=["user"], condition=Q(seen_at=None), name="timeline_notification_unseen"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.user_id}"
