"""What members of the staff may do as moderators: one enum, one table. It is the other half of `spaces/rules.py`, and
is asked in the same way.

A *moderator* looks, claims, listens in and decides. Long suspensions, suspensions from everything and appeals are for
*senior moderators*. A migration makes the two groups; a superuser may do all of it.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils import timezone

from accounts.rules import staff_refusal
from spaces.models.report import MODERATE, SENIOR
from spaces.states import Verdict
from spaces_project.common.errors import Refused

if TYPE_CHECKING:
    from accounts.models import User


class Duty(StrEnum):
    """The duties of moderators."""

    LOOK = "look"
    CLAIM = "claim"
    DECIDE = "decide"
    LISTEN_IN = "listen_in"
    SUSPEND = "suspend"
    SUSPEND_LONG = "suspend_long"
    HEAR_APPEAL = "hear_appeal"
    KEEP_WORDS = "keep_words"


DUTIES: dict[Duty, str] = {
    Duty.LOOK: MODERATE,
    Duty.CLAIM: MODERATE,
    Duty.DECIDE: MODERATE,
    Duty.LISTEN_IN: MODERATE,
    Duty.SUSPEND: MODERATE,
    Duty.SUSPEND_LONG: SENIOR,
    Duty.HEAR_APPEAL: SENIOR,
    Duty.KEEP_WORDS: SENIOR,
}
"""The permission of this app that each duty needs."""

SHORT = timedelta(days=7)
"""The longest suspension that a moderator may give without a senior one."""
APPEAL_WITHIN = timedelta(days=30)

SUSPENSIONS = frozenset({Verdict.SUSPEND_HOSTING, Verdict.SUSPEND_SPEAKING, Verdict.SUSPEND_ENTIRELY})
APPEALABLE = SUSPENSIONS | {Verdict.WARN, Verdict.REMOVE, Verdict.END, Verdict.REDACT}
CHOICES = (
    Verdict.NO_ACTION,
    Verdict.WARN,
    Verdict.REDACT,
    Verdict.REMOVE,
    Verdict.END,
    Verdict.SUSPEND_HOSTING,
    Verdict.SUSPEND_SPEAKING,
    Verdict.SUSPEND_ENTIRELY,
)
"""The verdicts on a report. The other verdicts answer appeals."""


def may(duty: Duty, *, user: "User") -> bool:
    """Return whether `user` may do `duty`."""
    try:
        require_duty(duty, user=user)
    except Refused:
        return False
    return True


def require_duty(duty: Duty, *, user: "User") -> None:
    """Raise `Refused` with `forbidden`, `suspended` or `second_factor` if `user` may not do `duty`."""
    if not (user.is_active and user.is_staff and user.has_perm(f"spaces.{DUTIES[duty]}")):
        raise Refused("forbidden", "This is for the moderators of this site.", duty=duty.value)
    if error := staff_refusal(user):
        raise error


def duty_of(verdict: Verdict, *, until: datetime | None = None) -> Duty:
    """Return the duty that this verdict needs. `until` is the end of a suspension; None means that it has no end."""
    if verdict not in SUSPENSIONS:
        return Duty.DECIDE
    is_short = until is not None and until - timezone.now() <= SHORT
    return Duty.SUSPEND if is_short and verdict != Verdict.SUSPEND_ENTIRELY else Duty.SUSPEND_LONG


def require_not_own(*, user_id: int, concerned: "set[int | None]") -> None:
    """Raise `own_case` if the user made the report, or is the person concerned."""
    if user_id in concerned:
        raise Refused("own_case", "You cannot decide this: it is about you.")
