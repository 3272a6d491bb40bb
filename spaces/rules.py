"""The rules of a Space: who may do what. One enum, one table. Pages, sockets and APIs reach it through services;
nothing else decides.

A rule looks only at facts that are passed to it: the Space, the actor's standing in it and, for some actions, the
target's. A decision that depends on a count under concurrency (the last seat) is made by the database in the service.

The standings are in `standing.py`, the wording of the commonest refusals is in `refusals.py`. Import both from here.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

from django.conf import settings

from accounts import rules as account_rules
from accounts.models import SuspensionScope
from spaces import refusals
from spaces.models import Participant, Space
from spaces.refusals import login_required, not_in_space, replaced, target_gone, wrong_state
from spaces.standing import ANONYMOUS, Actor, Anonymous, Standing, standing
from spaces.states import MIC_ROLES, MOST_COHOSTS, SpaceState, SpeakPolicy
from spaces_project.common.errors import Conflict, ProductError, Refused

if TYPE_CHECKING:
    from accounts.models import User

__all__ = [
    "ANONYMOUS",
    "Actor",
    "Anonymous",
    "Standing",
    "login_required",
    "not_in_space",
    "replaced",
    "standing",
    "target_gone",
    "wrong_state",
]
"""Names from other modules that are imported from here, besides everything defined below."""


class Action(StrEnum):
    """Every action that the rules know."""

    CREATE = "create"
    START = "start"
    CANCEL = "cancel"
    END = "end"
    JOIN = "join"
    LEAVE = "leave"
    LISTEN = "listen"
    SPEAK = "speak"
    REQUEST = "request"
    CANCEL_REQUEST = "cancel_request"
    APPROVE = "approve"
    DECLINE = "decline"
    APPROVE_MANY = "approve_many"
    DECLINE_MANY = "decline_many"
    MUTE = "mute"
    UNMUTE = "unmute"
    MUTE_OTHER = "mute_other"
    MUTE_ALL = "mute_all"
    TAKE_MIC = "take_mic"
    STEP_DOWN = "step_down"
    REMOVE = "remove"
    MANAGE = "manage"
    SEE_PEOPLE = "see_people"
    INVITE = "invite"
    INVITE_TO_SPEAK = "invite_to_speak"
    ACCEPT_MIC = "accept_mic"
    SET_POLICY = "set_policy"
    LOCK = "lock"
    APPOINT = "appoint"
    ACCEPT_COHOST = "accept_cohost"
    DECLINE_COHOST = "decline_cohost"
    HAND_OVER = "hand_over"
    UPDATE = "update"
    REMIND = "remind"
    READ_LOG = "read_log"
    REACT = "react"
    PIN = "pin"
    UNPIN = "unpin"
    UNPIN_OTHER = "unpin_other"
    CONSENT = "consent"
    CAPTION = "caption"
    RECOGNISE = "recognise"
    SET_LANGUAGE = "set_language"


class Sight(IntEnum):
    """How much a reader may see of the people in a Space. Every reader sees title, host and state."""

    NUMBER = 0
    """How many people are in the Space."""
    STAGE = 1
    """Also the people on the stage, and the pins."""
    PEOPLE = 2
    """Also everyone else in the Space."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table: which standings may do the action, to which standings, in which states of a Space."""

    by: frozenset[Standing]
    """The standings that may do the action."""
    on: frozenset[Standing] = frozenset()
    """The standings that the action may be done to. Empty if the action has no target."""
    during: frozenset[SpaceState] = frozenset({SpaceState.LIVE})


_MICS = frozenset(Standing(role) for role in MIC_ROLES) | {Standing.ACTING_HOST}
_ALL_IN = _MICS | {Standing.LISTENER}
_RUNS = frozenset({Standing.HOST, Standing.ACTING_HOST, Standing.COHOST})
_IN_CHARGE = frozenset({Standing.HOST, Standing.ACTING_HOST})
_COHOSTS = frozenset({Standing.ACTING_HOST, Standing.COHOST})
_HOST = frozenset({Standing.HOST})
_BELOW = frozenset({Standing.SPEAKER, Standing.LISTENER})
_ABOVE = {Standing.HOST: _COHOSTS, Standing.ACTING_HOST: frozenset({Standing.COHOST})}
_ANYBODY = frozenset({Standing.OUTSIDER, Standing.ANONYMOUS})
_NAMELESS = frozenset({Standing.ANONYMOUS})
_SCHEDULED = frozenset({SpaceState.SCHEDULED})
_OPEN = _SCHEDULED | {SpaceState.LIVE}

RULES: dict[Action, Rule] = {
    Action.START: Rule(by=_HOST, during=_SCHEDULED),
    Action.CANCEL: Rule(by=_HOST, during=_SCHEDULED),
    Action.END: Rule(by=_IN_CHARGE),
    Action.JOIN: Rule(by=_ALL_IN | _ANYBODY),
    Action.LEAVE: Rule(by=(_ALL_IN - _HOST) | _NAMELESS),
    Action.LISTEN: Rule(by=_ALL_IN | _NAMELESS),
    Action.SPEAK: Rule(by=_MICS),
    Action.REQUEST: Rule(by=frozenset({Standing.LISTENER})),
    Action.CANCEL_REQUEST: Rule(by=frozenset({Standing.LISTENER})),
    Action.APPROVE: Rule(by=_RUNS, on=frozenset({Standing.LISTENER})),
    Action.DECLINE: Rule(by=_RUNS, on=frozenset({Standing.LISTENER})),
    Action.APPROVE_MANY: Rule(by=_RUNS),
    Action.DECLINE_MANY: Rule(by=_RUNS),
    Action.MUTE: Rule(by=_MICS),
    Action.UNMUTE: Rule(by=_MICS),
    Action.MUTE_OTHER: Rule(by=_RUNS, on=frozenset({Standing.SPEAKER})),
    Action.MUTE_ALL: Rule(by=_RUNS),
    Action.TAKE_MIC: Rule(by=_RUNS, on=frozenset({Standing.SPEAKER})),
    Action.STEP_DOWN: Rule(by=_MICS - _HOST),
    Action.REMOVE: Rule(by=_RUNS, on=_BELOW),
    Action.MANAGE: Rule(by=_RUNS),
    # People in a Space see each other, as in any room. Anonymous listeners are not seen by others, and so may not see
    # them.
    Action.SEE_PEOPLE: Rule(by=_ALL_IN),
    Action.INVITE: Rule(by=_MICS, during=_OPEN),
    Action.INVITE_TO_SPEAK: Rule(by=_RUNS, during=_OPEN),
    Action.ACCEPT_MIC: Rule(by=frozenset({Standing.LISTENER})),
    Action.SET_POLICY: Rule(by=_RUNS, during=_OPEN),
    Action.LOCK: Rule(by=_RUNS),
    Action.APPOINT: Rule(by=_HOST, during=_OPEN),
    Action.ACCEPT_COHOST: Rule(by=_BELOW),
    Action.DECLINE_COHOST: Rule(by=_BELOW | {Standing.OUTSIDER}, during=_OPEN),
    Action.HAND_OVER: Rule(by=_HOST, on=_COHOSTS),
    Action.UPDATE: Rule(by=_HOST, during=_SCHEDULED),
    Action.REMIND: Rule(by=_ALL_IN | {Standing.OUTSIDER}, during=_SCHEDULED),
    Action.REACT: Rule(by=_ALL_IN),
    Action.PIN: Rule(by=_MICS),
    Action.READ_LOG: Rule(by=_HOST, during=frozenset(SpaceState)),
    Action.CONSENT: Rule(by=_MICS),
    Action.CAPTION: Rule(by=_MICS),
    Action.RECOGNISE: Rule(by=_MICS),
    Action.SET_LANGUAGE: Rule(by=_RUNS, during=_OPEN),
    # Removing one's own pin, and the pin of another person.
    Action.UNPIN: Rule(by=_ALL_IN),
    Action.UNPIN_OTHER: Rule(by=_RUNS),
}
"""Every action inside a Space. `Action.CREATE` concerns an account and has `hosting_obstacle`."""

_ABSENT = frozenset({Standing.OUTSIDER, Standing.REMOVED, Standing.SUSPENDED})
_SHUT_OUT = frozenset({Standing.REMOVED, Standing.SUSPENDED})
_NEEDS = {
    Action.REQUEST: SuspensionScope.SPEAKING,
    Action.ACCEPT_MIC: SuspensionScope.SPEAKING,
    Action.UNMUTE: SuspensionScope.SPEAKING,
    Action.SPEAK: SuspensionScope.SPEAKING,
    Action.ACCEPT_COHOST: SuspensionScope.HOSTING,
}
"""The scope of suspension that forbids an action, whatever the standing. A suspension from everything forbids every
action."""

# A person in charge stands above co-hosts: what a manager may do to a speaker, a person in charge may do to a co-host.
_ON_COHOSTS = frozenset({Action.MUTE_OTHER, Action.TAKE_MIC, Action.REMOVE})


def obstacle(action: Action, *, space: Space, actor: Actor, target: Participant | None = None) -> ProductError | None:
    """Return why `actor` may not do the action, or None. The system itself (beat, operators) does not ask."""
    rule = RULES[action]
    place = standing(actor, space=space)
    if barred := _barred(action, actor):
        return barred
    if place == Standing.REMOVED:
        return refusals.removed()
    if place == Standing.ANONYMOUS and (refusal := _nameless_obstacle(action, space)):
        return refusal
    if SpaceState(space.state) not in rule.during:
        return wrong_state(space)
    if place not in rule.by:
        return _refusal(action, place)
    return _target_obstacle(action, space, place, target)


def require(action: Action, *, space: Space, actor: Actor, target: Participant | None = None) -> None:
    """Raise `Refused` or `Conflict` if the table forbids the action."""
    if error := obstacle(action, space=space, actor=actor, target=target):
        raise error


def allowed(*, space: Space, actor: Actor, actions: Iterable[Action] = RULES) -> list[Action]:
    """Return the actions that a page may offer. Actions with a target are listed if there could be a target."""
    return [action for action in actions if _could(action, space, actor)]


def sight(*, space: Space, actor: Actor, blocked: bool, welcome: bool) -> Sight:
    """Return how much the reader sees of the people in the Space.

    `blocked`: the host has blocked the reader. `welcome`: the Space is not locked, or not for this reader. Only people
    who are in the Space themselves are told which people listen. Readers outside could ask again and again, and make a
    log of who hears what.
    """
    place = standing(actor, space=space)
    if blocked or not welcome or place in _SHUT_OUT:
        return Sight.NUMBER
    is_in = SpaceState(space.state) in RULES[Action.SEE_PEOPLE].during and place in RULES[Action.SEE_PEOPLE].by
    return Sight.PEOPLE if is_in else Sight.STAGE


def admits_anonymous() -> bool:
    """Return whether this site lets people listen without an account."""
    return bool(settings.SPACES_PUBLIC_LISTENING)


def admits_guests(space: Space) -> bool:
    """Return whether people without an account may listen in this Space."""
    return admits_anonymous() and not (space.accounts_only or space.locked)


def _nameless_obstacle(action: Action, space: Space) -> ProductError | None:
    """Return why a person without an account may not do the action, or None. The lock has no exception for them,
    because they cannot be recognised when they come back."""
    if Standing.ANONYMOUS not in RULES[action].by or not admits_anonymous() or space.accounts_only:
        return login_required()
    if space.locked and SpaceState(space.state) in RULES[action].during and action != Action.LEAVE:
        return refusals.locked()
    return None


def require_account_or_public(*, has_account: bool, accounts_only: bool = False) -> None:
    """Raise `login_required` if the reader has no account and the content is not open to listeners without one."""
    if not has_account and (accounts_only or not admits_anonymous()):
        raise login_required()


def require_operator(user: "User") -> None:
    """Raise `forbidden` for a user who is not staff, and the error of a suspension for staff who are suspended. Staff
    act on any Space from the admin."""
    if not (user.is_active and user.is_staff):
        raise Refused("forbidden", "Only the staff of this site may do this.")
    account_rules.require_not_suspended(user)


def require_operable(action: Action, *, space: Space, target: Participant | None) -> None:
    """Raise an error if an operator may not do the action to the target.

    An operator may do what the host may, and may also mute the host. To remove a host the operator ends the Space. A
    person who has left may be removed too, because they could come back.
    """
    if SpaceState(space.state) not in RULES[action].during:
        raise wrong_state(space)
    on = RULES[action].on | _COHOSTS | ({Standing.HOST} if action == Action.MUTE_OTHER else set())
    place = standing(target, space=space)
    if action == Action.REMOVE and target is not None and target.removed_at is None and place in _ABSENT:
        return
    if place in _ABSENT:
        raise target_gone()
    if place not in on:
        raise _target_refusal(action, place)


def require_not_removed(participant: Participant | None) -> None:
    """Raise `removed` if the participant was removed from the Space."""
    if participant and standing(participant, space=participant.space) == Standing.REMOVED:
        raise refusals.removed()


def require_not_blocked(*, blocked: bool) -> None:
    """Raise `blocked` if the Space's host has blocked the user who wants to join."""
    if blocked:
        raise Refused("blocked", "You cannot join this Space: its host has blocked you.")


def require_open(*, locked: bool, known: bool, invited: bool) -> None:
    """Raise `locked` unless the Space is open to the user. A locked Space is open to users who were in it before
    (`known`) and to invited users."""
    if locked and not (known or invited):
        raise refusals.locked()


def asking_obstacle(policy: SpeakPolicy, *, followed_by_host: bool, invited: bool) -> Refused | None:
    """Return why the user may not ask for a microphone, or None. An invitation to speak allows it under every
    policy."""
    if policy == SpeakPolicy.FOLLOWED and not (followed_by_host or invited):
        return Refused("only_followed", "Only people the host follows can ask to speak in this Space.")
    if policy == SpeakPolicy.INVITED and not invited:
        return Refused("only_invited", "Only people the host invites can speak in this Space.")
    return None


def require_invited_to_speak(*, invited: bool) -> None:
    """Raise `not_invited` if the user was not invited to speak."""
    if not invited:
        raise Refused("not_invited", "You have not been invited to speak here.")


def require_may_speak(person: "User") -> None:
    """Raise an error if `person` may not be given a microphone by another user."""
    if not may_be_given_mic(person):
        raise refusals.may_not_speak()


def require_may_cohost(person: "User") -> None:
    """Raise an error if `person` may not run a Space together with its host."""
    if person.barred_until(SuspensionScope.HOSTING):
        raise Refused("suspended_person", "This person is suspended from hosting.")


def may_be_given_mic(person: "User") -> bool:
    """Return whether the person is not suspended from speaking."""
    return person.barred_until(SuspensionScope.SPEAKING) is None


def require_captions(space: Space) -> None:
    """Raise `captions_off` if the Space has no captions. The host decides at creation: a room without captions has no
    lanes, and none can be added while the Space is live."""
    if not space.captions_allowed:
        raise Conflict("captions_off", "The host turned captions off in this Space.")


def require_consent(*, consents: bool) -> None:
    """Raise `no_consent` if the participant has not agreed to captions."""
    if not consents:
        raise Refused("no_consent", "You have not agreed to be captioned in this Space.")


def require_captionable(participant: Participant, *, consents: bool) -> None:
    """Raise an error unless the participant's words may appear as captions. The participant must have agreed to it, and
    the microphone must be open."""
    require_consent(consents=consents)
    if participant.muted:
        raise Conflict("muted", "Your microphone is off.")


def require_invited_to_cohost(*, invited: bool) -> None:
    """Raise `not_invited` if the user was not offered the place of a co-host."""
    if not invited:
        raise Refused("not_invited", "You have not been asked to be a co-host here.")


def require_cohost_place(*, cohosts: int) -> None:
    """Raise `cohosts_full` (details: `limit`) if the Space has all the co-hosts it may have. `cohosts`: how many there
    are."""
    if cohosts >= MOST_COHOSTS:
        message = f"A Space has at most {MOST_COHOSTS} co-hosts."
        raise Conflict("cohosts_full", message, limit=MOST_COHOSTS)


def _could(action: Action, space: Space, actor: Actor) -> bool:
    rule = RULES[action]
    if isinstance(actor, Anonymous) and _nameless_obstacle(action, space) is not None:
        return False
    in_time = SpaceState(space.state) in rule.during
    return _barred(action, actor) is None and in_time and standing(actor, space=space) in rule.by


def _barred(action: Action, actor: Actor) -> Refused | None:
    if actor is None or isinstance(actor, Anonymous):
        return None
    return account_rules.suspension(actor.user, _NEEDS.get(action, SuspensionScope.ENTIRELY))


def _refusal(action: Action, place: Standing) -> Refused:
    if place == Standing.OUTSIDER:
        return not_in_space()
    return refusals.host_cannot_leave() if action == Action.LEAVE else refusals.not_as(place, action)


def _target_obstacle(action: Action, space: Space, actor: Standing, target: Participant | None) -> ProductError | None:
    if not RULES[action].on:
        return None
    place = standing(target, space=space)
    if place in _ABSENT:
        return target_gone()
    if action == Action.APPROVE and target is not None and _barred(Action.SPEAK, target):
        return refusals.may_not_speak()
    if action in _ON_COHOSTS and place in _ABOVE.get(actor, ()):
        return None
    if place not in RULES[action].on:
        return _target_refusal(action, place)
    return None


def _target_refusal(action: Action, place: Standing) -> ProductError:
    if action in (Action.MUTE_OTHER, Action.TAKE_MIC) and place == Standing.LISTENER:
        return refusals.not_a_speaker()
    if action in (Action.APPROVE, Action.DECLINE):
        return refusals.already_speaker()
    if action == Action.HAND_OVER:
        return refusals.not_a_cohost()
    return refusals.not_to(place, action)


# --- Hosting ----------------------------------------------------------------------------------------------------------


def hosting_obstacle(user: "User") -> Refused | None:
    """Return why the user may not host, or None (PRODUCT row 1). An account that hosts needs enough followers, is not
    protected, and is not suspended from hosting."""
    return next((error for check in _HOSTING_CHECKS if (error := check(user))), None)


def require_hosting(user: "User") -> None:
    """Raise the error of `hosting_obstacle` if the user may not host."""
    if error := hosting_obstacle(user):
        raise error


def require_may_be_host(person: "User") -> None:
    """Raise an error if `person` may not be given a Space by another user. The message tells that other user why.

    The codes are those of `require_hosting`; only the code for a suspension is `suspended_person`.
    """
    require_may_cohost(person)
    if error := hosting_obstacle(person):
        reason = _REASONS[error.code].format(**error.details)
        raise Refused(error.code, f"This person cannot host a Space: {reason}.", **error.details)


def _protected(user: "User") -> Refused | None:
    if not user.protected:
        return None
    return Refused("protected_account", "Protected accounts cannot host: a Space is open to everyone.")


def _too_few_followers(user: "User") -> Refused | None:
    needed: int = settings.SPACES_HOST_MIN_FOLLOWERS
    missing = needed - user.followers_count
    if missing <= 0:
        return None
    noun = "follower" if missing == 1 else "followers"
    return Refused(
        "too_few_followers",
        f"Hosting opens at {needed} followers. You have {user.followers_count}: {missing} {noun} to go.",
        needed=needed,
        followers=user.followers_count,
        missing=missing,
    )


def _suspended(user: "User") -> Refused | None:
    return account_rules.suspension(user, SuspensionScope.HOSTING)


_REASONS = {
    "protected_account": "their account is protected",
    "too_few_followers": "they have {followers} of {needed} followers",
}
_HOSTING_CHECKS: tuple[Callable[["User"], Refused | None], ...] = (_suspended, _protected, _too_few_followers)
