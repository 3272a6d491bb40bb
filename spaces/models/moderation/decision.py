from typing import ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone

from accounts.models import Suspension
from spaces.models.append_only import AppendOnlyModel, AppendOnlyQuerySet
from spaces.models.moderation.report import TEXT_LENGTH, Report
from spaces.models.space import Space
from spaces.states import AppealState, Verdict


class Decision(AppendOnlyModel):
    """A decision of a member of the staff: about which person, for what reason, and what it changed. Services append
    decisions and never change them."""

    report = models.ForeignKey(Report, models.SET_NULL, null=True, blank=True, related_name="decisions")
    """Empty for a decision that an operator made without a report."""
    verdict = models.CharField(max_length=20, choices=Verdict)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    """Empty if a command made the decision, or the actor's account is deleted. Never shown to the person concerned."""
    target = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="decisions_about"
    )
    space = models.ForeignKey(Space, models.SET_NULL, null=True, blank=True, related_name="decisions")
    suspension = models.ForeignKey(Suspension, models.SET_NULL, null=True, blank=True, related_name="+")
    reverses = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="reversals")
    """The decision that the appeal was about."""
    reason = models.CharField(max_length=TEXT_LENGTH, blank=True)
    """The reason that the person concerned reads."""
    note = models.CharField(max_length=TEXT_LENGTH, blank=True)
    """A note that only moderators read."""
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[models.Manager["Decision"]] = AppendOnlyQuerySet["Decision"].as_manager()

    class Meta:
        indexes = [models.Index(fields=["target", "-id"], name="decision_about_person")]

    def __str__(self) -> str:
        return f"Decision {self.pk}: {self.verdict}"


class Appeal(models.Model):
    """A request of the person concerned for a second look at a decision. One for each decision. Only services change
    it."""

    decision = models.OneToOneField(Decision, models.CASCADE, related_name="appeal")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="appeals")
    text = models.CharField(max_length=TEXT_LENGTH)
    state = models.CharField(max_length=10, choices=AppealState, default=AppealState.OPEN)
    created_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["state", "id"], name="appeal_queue")]

    def __str__(self) -> str:
        return f"Appeal against {self.decision_id}"
