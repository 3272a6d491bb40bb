"""The refusals that several rules of `spaces/rules.py` use: a code for programs and a sentence for people."""

from typing import Final

from spaces.models import Space
from spaces.standing import Standing
from spaces.states import SpaceState
from spaces_project.common.errors import Conflict, Refused

_NAMES: Final = {Standing.COHOST: "co-host", Standing.ACTING_HOST: "acting host"}
_STATES: Final = {
    SpaceState.SCHEDULED: ("not_live", "This Space has not started yet."),
    SpaceState.LIVE: ("already_live", "This Space is already live."),
    SpaceState.ENDED: ("ended", "This Space has ended."),
    SpaceState.CANCELED: ("canceled", "This Space was canceled."),
}


def wrong_state(space: Space) -> Conflict:
    """Return the error `not_live`, `already_live`, `ended` or `canceled`."""
    return Conflict(*_STATES[SpaceState(space.state)])


def login_required() -> Refused:
    return Refused("login_required", "Log in to take part.")


def not_in_space() -> Refused:
    return Refused("not_in_space", "You are not in this Space.")


def removed() -> Refused:
    return Refused("removed", "You were removed from this Space and cannot join it again.")


def replaced() -> Conflict:
    return Conflict("replaced", "The audio moved to another tab or device.")


def host_cannot_leave() -> Refused:
    return Refused("host_cannot_leave", "You are the host: end the Space or hand it over instead of leaving it.")


def not_as(place: Standing, action: str) -> Refused:
    return Refused("forbidden", f"As {_name(place)} you may not do this.", action=str(action))


# --- Of the other person ----------------------------------------------------------------------------------------------


def target_gone() -> Conflict:
    return Conflict("target_gone", "That person is not in this Space.")


def may_not_speak() -> Refused:
    return Refused("suspended_person", "This person is suspended from speaking.")


def not_a_speaker() -> Conflict:
    return Conflict("not_a_speaker", "That person does not have a microphone.")


def already_speaker() -> Conflict:
    return Conflict("already_speaker", "That person already has a microphone.")


def not_a_cohost() -> Conflict:
    return Conflict("not_a_cohost", "A Space can only be handed over to a co-host.")


def not_to(place: Standing, action: str) -> Refused:
    name = _name(place)
    article = "an" if name.startswith("a") else "a"
    return Refused("forbidden", f"You may not do this to {article} {name}.", action=str(action))


def _name(place: Standing) -> str:
    return _NAMES.get(place, place.value)


def locked() -> Refused:
    return Refused("locked", "This Space is locked: only people who are invited can join.")
