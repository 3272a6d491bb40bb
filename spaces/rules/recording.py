"""The rules of recording: the host decides, and each person with a microphone agrees before their voice is heard."""

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from spaces.models import Participant, Recording, Space
from spaces.states import RecordingState
from spaces_project.common.errors import Conflict, Refused

AGREEMENT_VERSION: Final = "2026-11"
"""The version of `AGREEMENT`. Change it with the text: it is stored with every agreement."""
AGREEMENT: Final = gettext_lazy(
    "This Space is being recorded. If you speak, your voice becomes part of the recording, which others may replay and"
    " share. One voice cannot be taken out of it later."
)


def has_agreed(space: Space, participant: Participant) -> bool:
    """Return whether the participant may be heard: the Space is not recorded, or they agreed to this recording."""
    return not space.is_recorded or participant.agreed_round >= space.recording_round


def recording_not_agreed() -> Refused:
    """Return the refusal for a participant who has not agreed. A page shows its message as a question."""
    return Refused("recording_not_agreed", AGREEMENT, version=AGREEMENT_VERSION)


def require_agreeable(space: Space, *, version: str) -> None:
    """Raise `not_recorded`, or `agreement_changed` if the participant read another text than the present one."""
    if not space.is_recorded:
        raise Conflict("not_recorded", _("This Space is not being recorded."))
    if version != AGREEMENT_VERSION:
        raise Conflict("agreement_changed", AGREEMENT, version=AGREEMENT_VERSION)


def require_recordable(space: Space, recording: Recording | None) -> None:
    """Raise `already_recorded`, or `recording_deleted`: a recording that the host deleted does not go on."""
    if space.is_recorded:
        raise Conflict("already_recorded", _("This Space is already being recorded."))
    if recording is not None and recording.state != RecordingState.PAUSED:
        raise Conflict("recording_deleted", _("The recording of this Space was deleted."))


def require_recorded(space: Space) -> None:
    """Raise `not_recorded` if the Space is not being recorded."""
    if not space.is_recorded:
        raise Conflict("not_recorded", _("This Space is not being recorded."))
