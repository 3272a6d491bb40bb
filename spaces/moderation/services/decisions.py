"""The verbs of moderators: claim a report, and decide it.

A decision is one transaction:

1. The report leaves the queue by compare-and-swap, so that only one of two moderators decides it.
2. The verdict is carried out by the same verbs that a host's buttons call.
3. The append-only record says what the decision changed.

If a verdict cannot be carried out (the Space is over by now), all of it is undone. After the commit the person
concerned is told.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import FOREVER, Suspension, SuspensionScope
from spaces.events.signals import decided
from spaces.models import TEXT_LENGTH, Decision, Report, Space
from spaces.moderation.services.redaction import redact
from spaces.moderation.services.suspensions import suspend_person
from spaces.rules import powers
from spaces.rules.powers import Power
from spaces.services.lifecycle import end_space
from spaces.services.log import append_log
from spaces.services.removal import remove_participant
from spaces.states import REPORT_MOVES, EndReason, LogKind, ReportState, Verdict
from spaces_project.common.errors import BadInput, Conflict, NotFound
from spaces_project.common.text import clean_text

if TYPE_CHECKING:
    from accounts.models import User

CLAIM_LASTS = timedelta(hours=1)
"""After this time another moderator may take the report, so that a moderator who claims it and goes home does not keep
it."""

SCOPES = {
    Verdict.SUSPEND_HOSTING: SuspensionScope.HOSTING,
    Verdict.SUSPEND_SPEAKING: SuspensionScope.SPEAKING,
    Verdict.SUSPEND_ENTIRELY: SuspensionScope.ENTIRELY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """A verdict on one report. `until` is the end of a suspension; None means that it has no end."""

    report: Report
    verdict: Verdict
    actor: "User"
    until: datetime | None = None
    reason: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What a verdict changed, as values that JSON can hold. `suspension` is set if the verdict made one."""

    before: dict[str, Any]
    after: dict[str, Any]
    suspension: Suspension | None = None


def claim_report(*, report_id: int, user: "User") -> None:
    """Claim a report for `user`. Repeatable. Errors: those of `require_power`, `not_found`, `own_case`, `claimed`,
    `decided`."""
    powers.require_power(Power.CLAIM, user=user)
    report = get_report(report_id)
    _require_free(report, user)
    now = timezone.now()
    open_reports = Report.objects.filter(_free_for(user, now), pk=report_id, state=ReportState.OPEN)
    if not open_reports.update(claimed_by=user, claimed_at=now):
        raise _taken(get_report(report_id))


def release_report(*, report_id: int, user: "User") -> None:
    """Put a report back into the queue for every moderator. Does nothing if `user` has not claimed it.
    Errors: those of `require_power`."""
    powers.require_power(Power.CLAIM, user=user)
    mine = Report.objects.filter(pk=report_id, state=ReportState.OPEN, claimed_by=user)
    mine.update(claimed_by=None, claimed_at=None)


def decide_report(
    *,
    report_id: int,
    user: "User",
    verdict: Verdict,
    reason: str = "",
    note: str = "",
    until: datetime | None = None,
) -> Decision:
    """Decide a report. The person concerned reads `reason`; only moderators read `note`.

    Errors: those of `require_power`, `not_found`, `own_case`, `claimed`, `decided`, `bad_verdict`, `too_long`,
    `no_person`, `no_space`, and those of the verbs that it calls: `ended`, `target_gone`, `nothing_to_redact`,
    `bad_time`.
    """
    if verdict not in powers.CHOICES:
        raise BadInput("bad_verdict", _("Choose what to do."))
    powers.require_power(powers.power_of(verdict, until=until), user=user)
    with transaction.atomic():
        report = _take(report_id, user)
        case = Ruling(
            report=report, verdict=verdict, actor=user, until=until, reason=_checked(reason), note=_checked(note)
        )
        return record(case, _ACTS[verdict](case))


def record(case: Ruling, change: Change) -> Decision:
    """Write the decision into the record and the log, and announce it. Call it inside a larger transaction."""
    report = case.report
    # The person's account was deleted meanwhile. The law's reason to keep what the report shows ends with the decision.
    if report.person is None and report.shown:
        Report.objects.filter(pk=report.pk).update(shown={})
    decision = Decision.objects.create(
        report=report,
        verdict=case.verdict,
        actor=case.actor,
        target=report.person,
        space=report.space,
        suspension=change.suspension,
        reason=case.reason,
        note=case.note,
        before=change.before,
        after=change.after,
    )
    log_decision(report.space, decision)
    announce(decision)
    return decision


def log_decision(space: Space | None, decision: Decision) -> None:
    """Write the decision into the log of its Space. Does nothing for a decision without a Space."""
    if space is None:
        return
    append_log(
        space, LogKind.DECIDED, actor=decision.actor, target=decision.target, reason=decision.verdict, at=decision.at
    )


def announce(decision: Decision) -> None:
    """Send the signal `decided` after the commit. An error of a receiver does not undo the decision."""
    transaction.on_commit(partial(decided.send_robust, Decision, decision_id=decision.pk))


def get_report(report_id: int) -> Report:
    """Return the report. Raise `NotFound` if there is none."""
    report = Report.objects.select_related("space__creator", "person", "claimed_by").filter(pk=report_id).first()
    if report is None:
        raise NotFound("not_found", _("There is no such report."))
    return report


def _free_for(user: "User", now: datetime) -> Q:
    """Return the condition that no other moderator has claimed the report lately."""
    return Q(claimed_by=None) | Q(claimed_by=user) | Q(claimed_at__lt=now - CLAIM_LASTS)


def _take(report_id: int, user: "User") -> Report:
    now = timezone.now()
    taken = Report.objects.filter(_free_for(user, now), pk=report_id, state__in=REPORT_MOVES.into(ReportState.DECIDED))
    is_mine = taken.update(state=ReportState.DECIDED, decided_at=now, claimed_by=user)
    report = get_report(report_id)
    _require_free(report, user)
    if not is_mine:
        raise _taken(report)
    return report


def _require_free(report: Report, user: "User") -> None:
    powers.require_not_own(user_id=user.pk, concerned={report.person_id, report.reporter_id})


def _taken(report: Report) -> Conflict:
    if report.state == ReportState.DECIDED:
        return Conflict("decided", _("This report has been decided."))
    by = report.claimed_by.username if report.claimed_by else None
    return Conflict("claimed", _("@{by} is looking at this report.").format(by=by), by=by)


def _checked(text: str) -> str:
    cleaned = clean_text(text, limit=TEXT_LENGTH)
    if len(cleaned) > TEXT_LENGTH:
        raise BadInput("too_long", _("Use at most {limit} characters.").format(limit=TEXT_LENGTH), max=TEXT_LENGTH)
    return cleaned


# --- What each verdict does -------------------------------------------------------------------------------------------


def _nothing(case: Ruling) -> Change:
    return Change({}, {})


def _warn(case: Ruling) -> Change:
    _person(case)
    return Change({}, {"warned": True})


def _remove(case: Ruling) -> Change:
    person, space = _person(case), _space(case)
    before = space.participants.filter(user=person).values("role", "left_at", "removed_at").first()
    remove_participant(
        public_id=space.public_id, user=case.actor, target_id=person.pk, reason=case.verdict, as_operator=True
    )
    return Change({"participant": before}, {"participant": {"removed": True}})


def _end(case: Ruling) -> Change:
    space = _space(case)
    before = {"state": space.state}
    end_space(public_id=space.public_id, user=case.actor, reason=EndReason.OPERATOR, as_operator=True)
    return Change(before, {"state": "ended", "end_reason": EndReason.OPERATOR})


def _redact(case: Ruling) -> Change:
    return Change(*redact(case.report, user=case.actor, reason=case.verdict))


def _suspend(case: Ruling) -> Change:
    person, scope = _person(case), SCOPES[case.verdict]
    before = {"until": person.barred_until(scope)}
    suspension = suspend_person(user=person, scope=scope, until=case.until)
    end = None if suspension.until >= FOREVER else suspension.until
    return Change(before, {"scope": scope, "until": end}, suspension)


def _person(case: Ruling) -> "User":
    if case.report.person is None:
        raise Conflict("no_person", _("This account no longer exists."))
    return case.report.person


def _space(case: Ruling) -> Space:
    if case.report.space is None:
        raise Conflict("no_space", _("This report is not about a Space."))
    return case.report.space


_ACTS: dict[Verdict, Callable[[Ruling], Change]] = {
    Verdict.NO_ACTION: _nothing,
    Verdict.WARN: _warn,
    Verdict.REMOVE: _remove,
    Verdict.END: _end,
    Verdict.REDACT: _redact,
    Verdict.SUSPEND_HOSTING: _suspend,
    Verdict.SUSPEND_SPEAKING: _suspend,
    Verdict.SUSPEND_ENTIRELY: _suspend,
}
