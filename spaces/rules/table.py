"""The table of rules: which action is open to which standing, on which target, in which state of a Space.

A rule looks only at facts that are passed to it: the Space, the actor's standing in it and, for some actions, the
target's. A decision that depends on a count under concurrency (the last seat) is made by the database in the service.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from django.conf import settings

from accounts import rules as account_rules
from accounts.models import SuspensionScope
from spaces.models import Participant, Space
from spaces.rules import errors
from spaces.rules.errors import login_required, not_in_space, target_gone, wrong_state
from spaces.rules.recording import has_agreed, recording_not_agreed
from spaces.rules.standing import Actor, Anonymous, Standing, standing
from spaces.states import MIC_ROLES, SpaceState
from spaces_project.common.errors import ProductError, Refused


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
    BROADCAST = "broadcast"
    MAKE_BROADCAST_KEY = "make_broadcast_key"
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
    RENAME = "rename"
    REMIND = "remind"
    READ_LOG = "read_log"
    REACT = "react"
    PIN = "pin"
    UNPIN = "unpin"
    UNPIN_OTHER = "unpin_other"
    COMMENT = "comment"
    REMOVE_COMMENT = "remove_comment"
    ALLOW_COMMENTS = "allow_comments"
    CONSENT = "consent"
    CAPTION = "caption"
    RECOGNISE = "recognise"
    SET_LANGUAGE = "set_language"
    RECORD = "record"
    AGREE_TO_RECORDING = "agree_to_recording"
    CLIP = "clip"


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

COHOSTS = frozenset({Standing.ACTING_HOST, Standing.COHOST})

_HOST = frozenset({Standing.HOST})

_BELOW = frozenset({Standing.SPEAKER, Standing.LISTENER})

_ABOVE = {Standing.HOST: COHOSTS, Standing.ACTING_HOST: frozenset({Standing.COHOST})}

_ANYBODY = frozenset({Standing.OUTSIDER, Standing.ANONYMOUS})

_NAMELESS = frozenset({Standing.ANONYMOUS})

_SCHEDULED = frozenset({SpaceState.SCHEDULED})

_OPEN = _SCHEDULED | {SpaceState.LIVE}

_ENDED = frozenset({SpaceState.ENDED})

RULES: dict[Action, Rule] = {
    Action.START: Rule(by=_HOST, during=_SCHEDULED),
    Action.CANCEL: Rule(by=_HOST, during=_SCHEDULED),
    Action.END: Rule(by=_IN_CHARGE),
    Action.JOIN: Rule(by=_ALL_IN | _ANYBODY),
    Action.LEAVE: Rule(by=(_ALL_IN - _HOST) | _NAMELESS),
    Action.LISTEN: Rule(by=_ALL_IN | _NAMELESS),
    Action.SPEAK: Rule(by=_MICS),
    Action.BROADCAST: Rule(by=_MICS),
    # Software is set up before the Space starts.
    Action.MAKE_BROADCAST_KEY: Rule(by=_MICS, during=_OPEN),
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
    Action.HAND_OVER: Rule(by=_HOST, on=COHOSTS),
    Action.UPDATE: Rule(by=_HOST, during=_SCHEDULED),
    Action.RENAME: Rule(by=_RUNS),
    Action.REMIND: Rule(by=_ALL_IN | {Standing.OUTSIDER}, during=_SCHEDULED),
    Action.REACT: Rule(by=_ALL_IN),
    Action.PIN: Rule(by=_MICS),
    Action.READ_LOG: Rule(by=_HOST, during=frozenset(SpaceState)),
    Action.COMMENT: Rule(by=_ALL_IN),
    Action.REMOVE_COMMENT: Rule(by=_RUNS),
    Action.ALLOW_COMMENTS: Rule(by=_RUNS, during=_OPEN),
    Action.CONSENT: Rule(by=_MICS),
    Action.CAPTION: Rule(by=_MICS),
    Action.RECOGNISE: Rule(by=_MICS),
    Action.SET_LANGUAGE: Rule(by=_RUNS, during=_OPEN),
    Action.RECORD: Rule(by=_HOST),
    Action.AGREE_TO_RECORDING: Rule(by=_ALL_IN),
    # Of others than the host, `rules.clips` also asks whether the host allows it.
    Action.CLIP: Rule(by=_ALL_IN | {Standing.OUTSIDER}, during=_ENDED),
    # Removing one's own pin, and the pin of another person.
    Action.UNPIN: Rule(by=_ALL_IN),
    Action.UNPIN_OTHER: Rule(by=_RUNS),
}
"""Every action inside a Space. `Action.CREATE` concerns an account and has `hosting_obstacle`."""

ABSENT = frozenset({Standing.OUTSIDER, Standing.REMOVED, Standing.SUSPENDED})

_SHUT_OUT = frozenset({Standing.REMOVED, Standing.SUSPENDED})

_NEEDS = {
    Action.REQUEST: SuspensionScope.SPEAKING,
    Action.ACCEPT_MIC: SuspensionScope.SPEAKING,
    Action.UNMUTE: SuspensionScope.SPEAKING,
    Action.SPEAK: SuspensionScope.SPEAKING,
    Action.BROADCAST: SuspensionScope.SPEAKING,
    Action.MAKE_BROADCAST_KEY: SuspensionScope.SPEAKING,
    Action.COMMENT: SuspensionScope.SPEAKING,
    Action.ACCEPT_COHOST: SuspensionScope.HOSTING,
}
"""The scope of suspension that forbids an action, whatever the standing. A suspension from everything forbids every
action."""

_NEEDS_AGREEMENT = frozenset({Action.REQUEST, Action.ACCEPT_MIC, Action.ACCEPT_COHOST, Action.UNMUTE, Action.BROADCAST})
"""The actions that lead to a voice in the mix. While the Space is recorded they need the agreement to be recorded. A
microphone that is plugged in and muted is not heard, so a page that plugs it in does not need it: it asks before it
unmutes. Broadcasting software cannot ask."""

# A person in charge stands above co-hosts: what a manager may do to a speaker, a person in charge may do to a co-host.
_ON_COHOSTS = frozenset({Action.MUTE_OTHER, Action.TAKE_MIC, Action.REMOVE})


def obstacle(action: Action, *, space: Space, actor: Actor, target: Participant | None = None) -> ProductError | None:
    """Return why `actor` may not do the action, or None. The system itself (beat, operators) does not ask."""
    rule = RULES[action]
    place = standing(actor, space=space)
    if barred := _barred(action, actor):
        return barred
    if place == Standing.REMOVED:
        return errors.removed()
    if place == Standing.ANONYMOUS and (refusal := _nameless_obstacle(action, space)):
        return refusal
    if SpaceState(space.state) not in rule.during:
        return wrong_state(space)
    if place not in rule.by:
        return _refusal(action, place)
    if action == Action.COMMENT and not space.comments_allowed:
        return errors.comments_off()
    return _agreement_obstacle(action, space, actor) or _target_obstacle(action, space, place, target)


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
        return errors.locked()
    return None


def require_account_or_public(*, has_account: bool, accounts_only: bool = False) -> None:
    """Raise `login_required` if the reader has no account and the content is not open to listeners without one."""
    if not has_account and (accounts_only or not admits_anonymous()):
        raise login_required()


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
    return errors.host_cannot_leave() if action == Action.LEAVE else errors.not_as(place, action)


def _agreement_obstacle(action: Action, space: Space, actor: Actor) -> ProductError | None:
    """Return `recording_not_agreed` for a participant whose voice would be recorded without their agreement."""
    if action not in _NEEDS_AGREEMENT or not isinstance(actor, Participant):
        return None
    return None if has_agreed(space, actor) else recording_not_agreed()


def _target_obstacle(action: Action, space: Space, actor: Standing, target: Participant | None) -> ProductError | None:
    if not RULES[action].on:
        return None
    place = standing(target, space=space)
    if place in ABSENT:
        return target_gone()
    if action == Action.APPROVE and target is not None and _barred(Action.SPEAK, target):
        return errors.may_not_speak()
    if action in _ON_COHOSTS and place in _ABOVE.get(actor, ()):
        return None
    if place not in RULES[action].on:
        return target_refusal(action, place)
    return None


def target_refusal(action: Action, place: Standing) -> ProductError:
    if action in (Action.MUTE_OTHER, Action.TAKE_MIC) and place == Standing.LISTENER:
        return errors.not_a_speaker()
    if action in (Action.APPROVE, Action.DECLINE):
        return errors.already_speaker()
    if action == Action.HAND_OVER:
        return errors.not_a_cohost()
    return errors.not_to(place, action)
