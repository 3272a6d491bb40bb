"""The state that the gateway should have: rooms, microphones and lanes as the rows say."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spaces import rules
from spaces.models import Participant, Space
from spaces.rules import Action
from spaces.selectors.spaces import get_shown_space, get_space
from spaces.states import SpaceState

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True, slots=True)
class Microphone:
    """One microphone that is plugged in: its name in the mixer, its mute state and its lane."""

    user_id: int
    mixer_id: str
    muted: bool
    lane: int | None = None


@dataclass(frozen=True, slots=True)
class Mix:
    """The state that the gateway should have for one Space."""

    space_id: int
    public_id: str
    gateway: str
    room: str
    live: bool
    microphones: tuple[Microphone, ...]
    captions: bool = False
    """Whether the room has lanes."""
    capture: str = ""
    """The directory that the gateway writes the mix into, for a recording or for listeners over HTTP. Empty: it writes
    nothing."""
    was_captured: bool = False
    """The gateway wrote the mix at some time, and may still do so."""

    @property
    def open_microphones(self) -> int:
        return sum(not microphone.muted for microphone in self.microphones)


def mix(space_id: int) -> Mix | None:
    """Return the mix of a Space in any state, or None if there is no such Space."""
    space = Space.objects.filter(pk=space_id).first()
    return None if space is None else _mix(space)


def mix_for(*, public_id: str, user: "User", action: Action) -> Mix:
    """Return the mix for a user who is about to listen or to speak. Raise what the rules say, or `NotFound`."""
    space = get_shown_space(public_id)
    rules.require(action, space=space, actor=space.participants.of(user.pk))
    return _mix(space)


def mix_for_anonymous(*, public_id: str, action: Action) -> Mix:
    """Return the mix for an anonymous listener. Errors as of `mix_for`."""
    space = get_shown_space(public_id)
    rules.require(action, space=space, actor=rules.ANONYMOUS)
    return _mix(space)


def live_mix(public_id: str) -> Mix:
    """Return the mix of a live Space. Raise `NotFound`, and `ended` or the error for another state in which a Space is
    not live."""
    space = get_space(public_id)
    if not space.is_live:
        raise rules.wrong_state(space)
    return _mix(space)


def lane_of(*, public_id: str, mixer_id: str) -> int | None:
    """Return the lane that carries this microphone. None if no lane does, or if the microphone is no longer plugged
    in."""
    plugged_in = Participant.objects.with_mic().filter(space__public_id=public_id, mixer_id=mixer_id)
    return plugged_in.values_list("lane", flat=True).first()


def live_mixes(gateway: str) -> list[Mix]:
    """Return the mixes of all live Spaces on this gateway."""
    return [_mix(space) for space in Space.objects.filter(state=SpaceState.LIVE, gateway=gateway)]


def _mix(space: Space) -> Mix:
    plugged_in = space.participants.with_mic().exclude(mixer_id="") if space.is_live else ()
    return Mix(
        space_id=space.pk,
        public_id=space.public_id,
        gateway=space.gateway,
        room=space.room,
        live=space.is_live,
        microphones=tuple(Microphone(p.user_id, p.mixer_id, p.muted, p.lane) for p in plugged_in),
        captions=space.captions_allowed,
        capture=_capture(space),
        was_captured=space.recording_round > 0 or bool(space.audience_path),
    )


def _capture(space: Space) -> str:
    """Return where the gateway writes. It writes one file at a time, so what is recorded serves listeners over HTTP,
    too."""
    if not space.is_live:
        return ""
    if space.is_recorded:
        return str(space.recording.capture_home)
    return str(space.audience_capture) if space.audience_path else ""
