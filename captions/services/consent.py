"""Stores whether a person's words may become captions."""

from typing import TYPE_CHECKING

from captions.events import CaptionsChanged, ConsentChanged
from captions.models import Consent
from captions.selectors import consenting, is_translated, language_of
from captions.services.utterances import drop_utterances
from captions.states import ConsentState
from spaces import events, rules
from spaces.rules import Action
from spaces.services.space_change import SpaceChange, space_change
from spaces.states import LogKind

if TYPE_CHECKING:
    from accounts.models import User

_LOGGED = {
    ConsentState.GIVEN: LogKind.CAPTIONS_GIVEN,
    ConsentState.REFUSED: LogKind.CAPTIONS_REFUSED,
    ConsentState.WITHDRAWN: LogKind.CAPTIONS_WITHDRAWN,
}


def set_consent(*, public_id: str, user: "User", given: bool) -> ConsentState:
    """Store a person's answer, or change it. The same answer again changes nothing.

    Without consent the voice leaves its lane with the commit, and what was said but is not final yet is dropped.
    Errors: what the rules say to `Action.CONSENT`, `captions_off`.
    """
    with space_change(public_id) as change:
        participant = change.actor(user, Action.CONSENT)
        rules.require_captions(change.space)
        previous = Consent.objects.filter(space=change.space, user=user).first()
        state = _following(previous, given=given)
        if previous is not None and previous.state == state:
            return state
        Consent.objects.update_or_create(space=change.space, user=user, defaults={"state": state, "at": change.now})
        if state != ConsentState.GIVEN:
            change.assign_lanes({participant.user_id: None})
            drop_utterances(space=change.space, speaker_id=user.pk)
        change.log(_LOGGED[state], actor=user)
        captions_changed(change)
        change.publish_later(events.to_people([user.pk], ConsentChanged(consent=state.value)))
    return state


def captions_changed(change: SpaceChange) -> None:
    """Tell the room who is captioned and in which language. Part of a larger change."""
    space = change.space
    event = CaptionsChanged(
        seq=change.next_seq(),
        language=language_of(space),
        translated=is_translated(space),
        consenting=consenting(space.public_id),
    )
    change.publish_later(events.to_everyone(event))


def _following(previous: Consent | None, *, given: bool) -> ConsentState:
    if given:
        return ConsentState.GIVEN
    if previous is None:
        return ConsentState.REFUSED
    return ConsentState.WITHDRAWN if previous.state == ConsentState.GIVEN else ConsentState(previous.state)
