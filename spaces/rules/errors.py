"""The refusals that several rules use: a code for programs and a sentence for people."""

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from spaces.models import Space
from spaces.rules.standing import Standing
from spaces.states import SpaceState
from spaces_project.common.errors import Conflict, Refused

_NOT_AS: Final = {
    Standing.HOST: gettext_lazy("As host you may not do this."),
    Standing.ACTING_HOST: gettext_lazy("As acting host you may not do this."),
    Standing.COHOST: gettext_lazy("As co-host you may not do this."),
    Standing.SPEAKER: gettext_lazy("As speaker you may not do this."),
    Standing.LISTENER: gettext_lazy("As listener you may not do this."),
}
_NOT_TO: Final = {
    Standing.HOST: gettext_lazy("You may not do this to a host."),
    Standing.ACTING_HOST: gettext_lazy("You may not do this to an acting host."),
    Standing.COHOST: gettext_lazy("You may not do this to a co-host."),
    Standing.SPEAKER: gettext_lazy("You may not do this to a speaker."),
    Standing.LISTENER: gettext_lazy("You may not do this to a listener."),
}
_STATES: Final = {
    SpaceState.SCHEDULED: ("not_live", gettext_lazy("This Space has not started yet.")),
    SpaceState.LIVE: ("already_live", gettext_lazy("This Space is already live.")),
    SpaceState.ENDED: ("ended", gettext_lazy("This Space has ended.")),
    SpaceState.CANCELED: ("canceled", gettext_lazy("This Space was canceled.")),
}


def wrong_state(space: Space) -> Conflict:
    """Return the error `not_live`, `already_live`, `ended` or `canceled`."""
    return Conflict(*_STATES[SpaceState(space.state)])


def login_required() -> Refused:
    return Refused("login_required", _("Log in to take part."))


def comments_off() -> Conflict:
    return Conflict("comments_off", _("The host has turned comments off."))


def not_in_space() -> Refused:
    return Refused("not_in_space", _("You are not in this Space."))


def removed() -> Refused:
    return Refused("removed", _("You were removed from this Space and cannot join it again."))


def replaced() -> Conflict:
    return Conflict("replaced", _("The audio moved to another tab or device."))


def voice_from_software() -> Conflict:
    return Conflict("broadcasting", _("Your voice comes from broadcasting software. Stop it to use this microphone."))


def host_cannot_leave() -> Refused:
    return Refused("host_cannot_leave", _("You are the host: end the Space or hand it over instead of leaving it."))


def not_as(place: Standing, action: str) -> Refused:
    return Refused("forbidden", _NOT_AS.get(place, gettext_lazy("You may not do this here.")), action=str(action))


# --- Of the other person ----------------------------------------------------------------------------------------------


def target_gone() -> Conflict:
    return Conflict("target_gone", _("That person is not in this Space."))


def may_not_speak() -> Refused:
    return Refused("suspended_person", _("This person is suspended from speaking."))


def not_a_speaker() -> Conflict:
    return Conflict("not_a_speaker", _("That person does not have a microphone."))


def already_speaker() -> Conflict:
    return Conflict("already_speaker", _("That person already has a microphone."))


def not_a_cohost() -> Conflict:
    return Conflict("not_a_cohost", _("A Space can only be handed over to a co-host."))


def not_to(place: Standing, action: str) -> Refused:
    return Refused(
        "forbidden", _NOT_TO.get(place, gettext_lazy("You may not do this to this person.")), action=str(action)
    )


def locked() -> Refused:
    return Refused("locked", _("This Space is locked: only people who are invited can join."))
