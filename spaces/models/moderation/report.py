from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone

from spaces.models.space import Space
from spaces.states import ReportReason, ReportSource, ReportState, Subject

TEXT_LENGTH = 1000
MODERATE = "moderate"
SENIOR = "moderate_senior"


class Report(models.Model):
    """A report that something is not right, made by a person or by the word list. Only services change it.

    While a report is open, and for as long as there may be an appeal, the log, captions and recording of its Space are
    held.
    """

    subject = models.CharField(max_length=10, choices=Subject)
    source = models.CharField(max_length=10, choices=ReportSource, default=ReportSource.PERSON)
    space = models.ForeignKey(Space, models.SET_NULL, null=True, blank=True, related_name="reports")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="reports_about"
    )
    """The person that the report is about: the host for a Space, the speaker for a caption, the author for a comment,
    or a post, the maker of a clip."""
    caption_id = models.PositiveBigIntegerField(null=True, blank=True)
    """The id of the caption or comment in the app that keeps them."""
    clip_id = models.PositiveBigIntegerField(null=True, blank=True)
    """The primary key of the clip. It is no foreign key: the report stays when the clip is deleted."""
    post_id = models.PositiveBigIntegerField(null=True, blank=True)
    """The primary key of the post in the app that keeps posts."""
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="reports_made"
    )
    reason = models.CharField(max_length=20, choices=ReportReason)
    text = models.CharField(max_length=TEXT_LENGTH, blank=True)
    clock_ms = models.PositiveBigIntegerField(null=True, blank=True)
    """The moment that the report is about, in milliseconds since the Space started."""
    shown = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    """Names, titles and text as they were when the report was made: they may change since."""
    state = models.CharField(max_length=10, choices=ReportState, default=ReportState.OPEN)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="claimed_reports"
    )
    claimed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        permissions = [
            (MODERATE, "Can look into reports and decide them"),
            (SENIOR, "Can suspend for long, decide appeals and keep the word list"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["reporter", "space"],
                condition=Q(state="open", subject="space"),
                name="report_of_space_once",
            ),
            models.UniqueConstraint(
                fields=["reporter", "person"],
                condition=Q(state="open", subject="person"),
                name="report_of_person_once",
            ),
            models.UniqueConstraint(
                fields=["reporter", "caption_id"],
                condition=Q(state="open", subject="caption"),
                name="report_of_caption_once",
            ),
            models.UniqueConstraint(
                fields=["reporter", "caption_id"],
                condition=Q(state="open", subject="comment"),
                name="report_of_comment_once",
            ),
            models.UniqueConstraint(
                fields=["reporter", "clip_id"],
                condition=Q(state="open", subject="clip"),
                name="report_of_clip_once",
            ),
            models.UniqueConstraint(
                fields=["reporter", "post_id"],
                condition=Q(state="open", subject="post"),
                name="report_of_post_once",
            ),
            # A flag has no reporter, and databases count two empty values as different. So flags need constraints of
            # their own.
            models.UniqueConstraint(
                fields=["space"], condition=Q(source="words", subject="space"), name="report_flag_of_space_once"
            ),
            models.UniqueConstraint(
                fields=["caption_id"],
                condition=Q(source="words", subject="caption"),
                name="report_flag_of_caption_once",
            ),
            models.UniqueConstraint(
                fields=["caption_id"],
                condition=Q(source="words", subject="comment"),
                name="report_flag_of_comment_once",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="report_queue"),
            models.Index(fields=["space", "state"], name="report_of_space"),
        ]

    def __str__(self) -> str:
        return f"Report {self.pk}"
