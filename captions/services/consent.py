"""Whether somebody's words may become captions."""

from typing import TYPE_CHECKING

from captions.events import CaptionsChanged, ConsentChanged
from captions.models import Consent
from captions.selectors import consenting, is_translated, language_of
from captions.services.utterances import drop_utterances
from captions.states import ConsentState
from spaces import events, rules
from spaces.rules import Action
from spaces.services.turn import Turn, turn
from spaces.states import LogKind

if TYPE_CHECKING:
    from accounts.models import User

_LOGGED = {
    ConsentState.GIVEN: LogKind.CAPTIONS_GIVEN,
    ConsentState.REFUSED: LogKind.CAPTIONS_REFUSED,
    ConsentState.WITHDRAWN: LogKind.CAPTIONS_WITHDRAWN,
}


def set_consent(*, public_id: str, user: "User", given: bool) -> ConsentState:
    """Answers the question, or changes the answer; saying the same again changes nothing.

    Without consent the voice leaves its lane with the commit, and what was said but is not final yet is dropped.
    Errors: what the rules say to `Action.CONSENT`, `captions_off`.
    """
    with turn(public_id) as current:
        participant = current.actor(user, Action.CONSENT)
        rules.require_captions(current.space)
        previous = Consent.objects.filter(space=current.space, user=user).first()
        state = _following(previous, given=given)
        if previous is not None and previous.state == state:
            return state
        Consent.objects.update_or_create(space=current.space, user=user, defaults={"state": state, "at": current.now})
        if state != ConsentState.GIVEN:
            current.assign_lanes({participant.user_id: None})
            drop_utterances(space=current.space, speaker_id=user.pk)
        current.log(_LOGGED[state], actor=user)
        captions_changed(current)
        current.say(events.to_people([user.pk], ConsentChanged(consent=state.value)))
    return state


def withdraw_consent(*, public_id: str, user: "User") -> ConsentState:
    """Takes effect at once, whatever was answered before."""
    return set_consent(public_id=public_id, user=user, given=False)


def captions_changed(current: Turn) -> None:
    """Tell the room who is captioned and in which language. Part of a larger turn."""
    space = current.space
    event = CaptionsChanged(
        seq=current.next_seq(),
        language=language_of(space),
        translated=is_translated(space),
        consenting=consenting(space.public_id),
    )
    current.say(events.to_everyone(event))


def _following(previous: Consent | None, *, given: bool) -> ConsentState:
    if given:
        return ConsentState.GIVEN
    if previous is None:
        return ConsentState.REFUSED
    return ConsentState.WITHDRAWN if previous.state == ConsentState.GIVEN else ConsentState(previous.state)
