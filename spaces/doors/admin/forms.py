"""Define the forms of moderators. They offer only what the rules let this moderator do."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import User
from spaces.models import TEXT_LENGTH, Report
from spaces.moderation.services.redaction import LINES
from spaces.rules import powers
from spaces.rules.powers import Power
from spaces.states import Verdict

FOR_EVER = "ever"
TERMS = {
    "1": "1 hour",
    "24": "1 day",
    "72": "3 days",
    "168": "7 days",
    "720": "30 days",
    "2160": "90 days",
    FOR_EVER: "until it is lifted",
}
SHORT_TERMS = ("1", "24", "72", "168")
WORDS = {
    Verdict.NO_ACTION: "No action",
    Verdict.WARN: "Warn",
    Verdict.REDACT: "Redact",
    Verdict.REMOVE: "Remove from the Space",
    Verdict.END: "End the Space",
    Verdict.SUSPEND_HOSTING: "Suspend from hosting",
    Verdict.SUSPEND_SPEAKING: "Suspend from speaking and hosting",
    Verdict.SUSPEND_ENTIRELY: "Suspend entirely",
}


class DecisionForm(forms.Form):
    verdict = forms.ChoiceField(widget=forms.RadioSelect, label="Decision")
    term = forms.ChoiceField(label="For how long", required=False, help_text="Suspensions only.")
    reason = forms.CharField(
        label="Reason",
        required=False,
        max_length=TEXT_LENGTH,
        help_text="The person concerned reads this.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    note = forms.CharField(
        label="Note",
        required=False,
        max_length=TEXT_LENGTH,
        help_text="Only moderators read this.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, user: User, report: Report, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_senior = powers.may(Power.SUSPEND_LONG, user=user)
        self.fields["verdict"].choices = [  # type: ignore[attr-defined]  # a ChoiceField has them
            (verdict, WORDS[verdict]) for verdict in powers.CHOICES if _fits(verdict, report, is_senior=is_senior)
        ]
        terms = TERMS if is_senior else SHORT_TERMS
        self.fields["term"].choices = [(term, TERMS[term]) for term in terms]  # type: ignore[attr-defined]  # the same
        self.fields["term"].initial = "24"

    def decision(self) -> dict[str, Any]:
        """Return the arguments of `services.decide_report`."""
        data = self.cleaned_data
        verdict, term = Verdict(data["verdict"]), data["term"] or "24"
        lasts = verdict in powers.SUSPENSIONS and term != FOR_EVER
        until = timezone.now() + timedelta(hours=int(term)) if lasts else None
        return {"verdict": verdict, "until": until, "reason": data["reason"], "note": data["note"]}


class AppealForm(forms.Form):
    reason = forms.CharField(
        label="Answer",
        required=False,
        max_length=TEXT_LENGTH,
        help_text="The person concerned reads this.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    note = forms.CharField(
        label="Note",
        required=False,
        max_length=TEXT_LENGTH,
        help_text="Only moderators read this.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )


def _fits(verdict: Verdict, report: Report, *, is_senior: bool) -> bool:
    """Return True if this decision is possible for the report, so that the form offers it. The services still check
    it."""
    if verdict == Verdict.SUSPEND_ENTIRELY and not is_senior:
        return False
    is_hosts = report.space is not None and report.person_id == report.space.host_id
    if verdict == Verdict.REMOVE:
        return report.space is not None and report.space.is_live and not is_hosts
    if verdict == Verdict.END:
        return report.space is not None and report.space.is_live
    return verdict != Verdict.REDACT or report.subject not in LINES or report.caption_id is not None
