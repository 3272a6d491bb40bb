"""What members of the staff may do as moderators: one enum, one table, asked like the table of rules.

A *moderator* looks, claims, listens in and decides. Long suspensions, suspensions from everything and appeals are for
*senior moderators*. A migration makes the two groups; a superuser may do all of it.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.rules import staff_refusal
from spaces.models.moderation.report import MODERATE, SENIOR
from spaces.states import Verdict
from spaces_project.common.errors import Refused

if TYPE_CHECKING:
    from accounts.models import User


class Power(StrEnum):
    """The powers of moderators."""

    LOOK = "look"
    CLAIM = "claim"
    DECIDE = "decide"
    LISTEN_IN = "listen_in"
    SUSPEND = "suspend"
    SUSPEND_LONG = "suspend_long"
    HEAR_APPEAL = "hear_appeal"
    KEEP_WORDS = "keep_words"


POWERS: dict[Power, str] = {
    Power.LOOK: MODERATE,
    Power.CLAIM: MODERATE,
    Power.DECIDE: MODERATE,
    Power.LISTEN_IN: MODERATE,
    Power.SUSPEND: MODERATE,
    Power.SUSPEND_LONG: SENIOR,
    Power.HEAR_APPEAL: SENIOR,
    Power.KEEP_WORDS: SENIOR,
}
"""The permission of this app that each power needs."""

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


def may(power: Power, *, user: "User") -> bool:
    """Return whether `user` has the power."""
    try:
        require_power(power, user=user)
    except Refused:
        return False
    return True


def require_power(power: Power, *, user: "User") -> None:
    """Raise `Refused` with `forbidden`, `suspended` or `second_factor` if `user` may not do what needs `power`."""
    if not (user.is_active and user.is_staff and user.has_perm(f"spaces.{POWERS[power]}")):
        raise Refused("forbidden", _("This is for the moderators of this site."), duty=power.value)
    if error := staff_refusal(user):
        raise error


def power_of(verdict: Verdict, *, until: datetime | None = None) -> Power:
    """Return the power that this verdict needs. `until` is the end of a suspension; None means that it has no end."""
    if verdict not in SUSPENSIONS:
        return Power.DECIDE
    is_short = until is not None and until - timezone.now() <= SHORT
    return Power.SUSPEND if is_short and verdict != Verdict.SUSPEND_ENTIRELY else Power.SUSPEND_LONG


def require_not_own(*, user_id: int, concerned: "set[int | None]") -> None:
    """Raise `own_case` if the user made the report, or is the person concerned."""
    if user_id in concerned:
        raise Refused("own_case", _("You cannot decide this: it is about you."))
