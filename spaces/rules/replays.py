"""The rules for what is done with a recording after it was made."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from spaces.models import Recording
from spaces.states import RECORDING_MOVES, RecordingState
from spaces_project.common.errors import BadInput, Conflict, NotFound

if TYPE_CHECKING:
    from accounts.models import User

SHORTEST_REPLAY_MS = 1_000
GONE = (RecordingState.DELETED, RecordingState.FAILED)
"""The states in which there is nothing to hear, and never will be."""


def no_recording() -> NotFound:
    """Return the error for a recording that does not exist, or does not exist for this user."""
    return NotFound("not_found", _("There is no recording of this Space."))


def require_own(recording: Recording | None, user: "User") -> Recording:
    """Return the recording, if the user hosts its Space and it is not deleted. Raise `not_found` otherwise."""
    if recording is None or recording.state == RecordingState.DELETED or recording.space.host_id != user.pk:
        raise no_recording()
    return recording


def require_ready(recording: Recording) -> None:
    """Raise `not_ready` if the recording has no complete replay."""
    if not recording.is_ready:
        raise Conflict("not_ready", _("The replay is not ready yet."))


def require_deletable(recording: Recording) -> None:
    """Raise `recording_deleted` if the recording was deleted before."""
    if not RECORDING_MOVES.allows(RecordingState(recording.state), RecordingState.DELETED):
        raise Conflict("recording_deleted", _("The recording of this Space was deleted."))


def require_cut(recording: Recording, *, start_ms: int, end_ms: int) -> None:
    """Raise `bad_cut` if the replay would not be inside the recording, or would be shorter than a second."""
    if not 0 <= start_ms <= end_ms - SHORTEST_REPLAY_MS <= recording.duration_ms - SHORTEST_REPLAY_MS:
        raise BadInput("bad_cut", _("The replay must start before it ends, inside the recording."))


def require_days(days: int) -> None:
    """Raise `bad_days` if a recording may not be kept for `days` days from now."""
    longest = settings.RECORDINGS_KEEP.days
    if days < 1 or (longest and days > longest):
        raise BadInput("bad_days", _("A recording cannot be kept for that long."), days=longest)
