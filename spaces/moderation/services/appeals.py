"""Appeals: a second look at a decision, by a moderator who had no part in it."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Suspension, SuspensionScope
from accounts.services import lift_suspension
from accounts.services import reinstate_user as reinstate_account
from spaces.models import TEXT_LENGTH, Appeal, Decision, Participant
from spaces.moderation.services.decisions import SCOPES, announce, log_decision
from spaces.moderation.services.redaction import put_back
from spaces.moderation.services.suspensions import suspend_person
from spaces.rules import powers
from spaces.rules.powers import Power
from spaces.states import APPEAL_MOVES, AppealState, Verdict
from spaces_project.common.errors import BadInput, Conflict, NotFound, Refused
from spaces_project.common.text import clean_text

if TYPE_CHECKING:
    from accounts.models import User


def get_decision(*, decision_id: int, user: "User") -> Decision:
    """Return a decision about `user`. Raise `NotFound` for a decision about another person, too: a different error
    would tell that it exists."""
    about = Decision.objects.select_related("space__creator", "suspension", "appeal").filter(target=user)
    decision = about.filter(pk=decision_id).first()
    if decision is None:
        raise NotFound("not_found", _("There is no such decision."))
    return decision


def may_appeal(decision: Decision) -> bool:
    """Return whether the verdict can be appealed, is recent enough, and has no appeal yet."""
    is_recent = timezone.now() - decision.at <= powers.APPEAL_WITHIN
    return decision.verdict in powers.APPEALABLE and is_recent and not hasattr(decision, "appeal")


def appeal(*, decision_id: int, user: "User", text: str) -> Appeal:
    """Appeal against a decision. Errors: `not_found`, `no_appeal` (no verdict that can be appealed, or too late),
    `already_appealed`, `bad_text`, `too_long`."""
    decision = get_decision(decision_id=decision_id, user=user)
    words = clean_text(text, limit=TEXT_LENGTH)
    if not 0 < len(words) <= TEXT_LENGTH:
        raise BadInput("bad_text", _("Say in up to {limit} characters why.").format(limit=TEXT_LENGTH), max=TEXT_LENGTH)
    if hasattr(decision, "appeal"):
        raise _again()
    if not may_appeal(decision):
        raise Refused("no_appeal", _("This decision can no longer be appealed."))
    try:
        with transaction.atomic():
            return Appeal.objects.create(decision=decision, user=user, text=words)
    except IntegrityError:
        raise _again() from None


def decide_appeal(*, appeal_id: int, user: "User", granted: bool, reason: str = "", note: str = "") -> Decision:
    """Decide an appeal, as a senior moderator who had no part in the decision. `granted` undoes what can be undone.

    Errors: those of `require_power`, `own_case`, `decided`, `not_found`, `too_long`.
    """
    powers.require_power(Power.HEAR_APPEAL, user=user)
    state = AppealState.REVERSED if granted else AppealState.UPHELD
    with transaction.atomic():
        found = _take(appeal_id, user, state)
        if granted:
            undo(found.decision)
        return _answer(found, user, reason=_shortened(reason), note=_shortened(note))


def _shortened(text: str) -> str:
    return clean_text(text, limit=TEXT_LENGTH)[:TEXT_LENGTH]


def undo(decision: Decision) -> None:
    """Undo what a decision did. A Space that it ended stays ended. Call it inside a larger transaction."""
    if decision.suspension is not None:
        lift_suspension(suspension=decision.suspension)
    elif decision.verdict == Verdict.REMOVE:
        Participant.objects.filter(space=decision.space, user=decision.target).update(removed_at=None)
    elif decision.verdict == Verdict.REDACT and decision.report is not None:
        put_back(decision.report, decision.before)


def reinstate_person(*, target: "User", actor: "User | None" = None, reason: str = "") -> Decision | None:
    """Lift every suspension of `target`. Return None if there was none. `actor` is a senior moderator; a command passes
    None. Errors: those of `require_power`."""
    if actor is not None:
        powers.require_power(Power.SUSPEND_LONG, user=actor)
    with transaction.atomic():
        before = _ends(target)
        if not reinstate_account(user=target):
            return None
        decision = Decision.objects.create(
            verdict=Verdict.REINSTATE, actor=actor, target=target, reason=reason, before=before, after=_ends(target)
        )
        announce(decision)
    return decision


def suspend_by_operator(
    *, user: "User", scope: SuspensionScope, until: datetime | None = None, reason: str = ""
) -> Suspension:
    """Suspend a user without a report, record the decision, and tell the user, in one transaction. Error:
    `bad_time`."""
    [verdict] = [verdict for verdict, its in SCOPES.items() if its == scope]
    with transaction.atomic():
        suspension = suspend_person(user=user, scope=scope, until=until)
        after = {"scope": suspension.scope, "until": suspension.until}
        decision = Decision.objects.create(
            verdict=verdict, target=suspension.user, suspension=suspension, reason=reason, after=after
        )
        announce(decision)
    return suspension


def _take(appeal_id: int, user: "User", state: AppealState) -> Appeal:
    from_states = [before.value for before in APPEAL_MOVES.into(state)]
    found = Appeal.objects.select_related("decision__report__space", "decision__report__person", "decision__space")
    appealed = found.filter(pk=appeal_id).first()
    if appealed is None:
        raise NotFound("not_found", _("There is no such appeal."))
    powers.require_not_own(user_id=user.pk, concerned={appealed.decision.actor_id, appealed.user_id})
    waiting = Appeal.objects.filter(pk=appeal_id, state__in=from_states)
    if not waiting.update(state=state, decided_at=timezone.now()):
        raise Conflict("decided", _("This appeal has been decided."))
    appealed.state = state
    return appealed


def _answer(found: Appeal, user: "User", *, reason: str, note: str) -> Decision:
    about = found.decision
    decision = Decision.objects.create(
        report=about.report,
        verdict=Verdict.REVERSE if found.state == AppealState.REVERSED else Verdict.UPHOLD,
        actor=user,
        target=about.target,
        space=about.space,
        reverses=about,
        reason=reason,
        note=note,
        before={"decision": about.verdict},
        after={"appeal": found.state},
    )
    log_decision(about.space, decision)
    announce(decision)
    return decision


def _ends(user: "User") -> dict[str, object]:
    columns = ("hosting_suspended_until", "speaking_suspended_until", "suspended_until")
    return {column: getattr(user, column) for column in columns}


def _again() -> Conflict:
    return Conflict("already_appealed", _("You have already appealed. Another moderator will look at it."))
