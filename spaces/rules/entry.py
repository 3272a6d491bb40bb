"""The rules beside the table that look at facts other than standings: blocks, locks, invitations, suspensions."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.models import SuspensionScope
from spaces.models import Participant
from spaces.rules import errors
from spaces.rules.standing import Standing, standing
from spaces.states import MOST_COHOSTS, SpeakPolicy
from spaces_project.common.errors import Conflict, Refused

if TYPE_CHECKING:
    from accounts.models import User


def require_not_removed(participant: Participant | None) -> None:
    """Raise `removed` if the participant was removed from the Space."""
    if participant and standing(participant, space=participant.space) == Standing.REMOVED:
        raise errors.removed()


def require_not_blocked(*, blocked: bool) -> None:
    """Raise `blocked` if the Space's host has blocked the user who wants to join."""
    if blocked:
        raise Refused("blocked", _("You cannot join this Space: its host has blocked you."))


def require_open(*, locked: bool, known: bool, invited: bool) -> None:
    """Raise `locked` unless the Space is open to the user. A locked Space is open to users who were in it before
    (`known`) and to invited users."""
    if locked and not (known or invited):
        raise errors.locked()


def asking_obstacle(policy: SpeakPolicy, *, followed_by_host: bool, invited: bool) -> Refused | None:
    """Return why the user may not ask for a microphone, or None. An invitation to speak allows it under every
    policy."""
    if policy == SpeakPolicy.FOLLOWED and not (followed_by_host or invited):
        return Refused("only_followed", _("Only people the host follows can ask to speak in this Space."))
    if policy == SpeakPolicy.INVITED and not invited:
        return Refused("only_invited", _("Only people the host invites can speak in this Space."))
    return None


def require_invited_to_speak(*, invited: bool) -> None:
    """Raise `not_invited` if the user was not invited to speak."""
    if not invited:
        raise Refused("not_invited", _("You have not been invited to speak here."))


def require_may_speak(person: "User") -> None:
    """Raise an error if `person` may not be given a microphone by another user."""
    if not may_be_given_mic(person):
        raise errors.may_not_speak()


def require_may_cohost(person: "User") -> None:
    """Raise an error if `person` may not run a Space together with its host."""
    if person.barred_until(SuspensionScope.HOSTING):
        raise Refused("suspended_person", _("This person is suspended from hosting."))


def may_be_given_mic(person: "User") -> bool:
    """Return whether the person is not suspended from speaking."""
    return person.barred_until(SuspensionScope.SPEAKING) is None


def require_invited_to_cohost(*, invited: bool) -> None:
    """Raise `not_invited` if the user was not offered the place of a co-host."""
    if not invited:
        raise Refused("not_invited", _("You have not been asked to be a co-host here."))


def require_cohost_place(*, cohosts: int) -> None:
    """Raise `cohosts_full` (details: `limit`) if the Space has all the co-hosts it may have. `cohosts`: how many there
    are."""
    if cohosts >= MOST_COHOSTS:
        message = _("A Space has at most {limit} co-hosts.").format(limit=MOST_COHOSTS)
        raise Conflict("cohosts_full", message, limit=MOST_COHOSTS)
