"""The rules of clips, beside the table: what the host allows, how long a clip is, and how many one person keeps."""

from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.utils.translation import gettext as _

from spaces.models import Clip, Recording
from spaces_project.common.errors import BadInput, Conflict, NotFound, Refused

if TYPE_CHECKING:
    from accounts.models import User

SHORTEST_MS: Final = 15_000
LONGEST_MS: Final = 60_000


def no_clip() -> NotFound:
    """Return the error for a clip that does not exist, or does not exist for this user."""
    return NotFound("not_found", _("There is no such clip."))


def are_open(recording: Recording, user: "User") -> bool:
    """Return whether the user may make clips: as the host, or because the host lets others."""
    return recording.clips_allowed or recording.space.host_id == user.pk


def require_open(recording: Recording, user: "User") -> None:
    """Raise `clips_off` unless the user may make clips of the replay."""
    if not are_open(recording, user):
        raise Refused("clips_off", _("The host does not let others make clips of this replay."))


def require_stretch(recording: Recording, *, start_ms: int, end_ms: int) -> None:
    """Raise `bad_clip` for times of the replay that are outside of it, or too near or too far from each other."""
    if not (start_ms >= 0 and end_ms <= recording.length_ms and SHORTEST_MS <= end_ms - start_ms <= LONGEST_MS):
        raise BadInput("bad_clip", _("A clip is a part of the replay of 15 to 60 seconds."))


def require_room(kept: int) -> None:
    """Raise `too_many_clips` for a user who keeps as many clips as the site allows."""
    most = settings.CLIPS_PER_PERSON
    if kept >= most:
        raise Conflict("too_many_clips", _("You have too many clips. Delete some of them first."), limit=most)


def may_delete(clip: Clip, user: "User") -> bool:
    """Return whether the user may delete the clip: as its maker, or as the host of the Space."""
    return user.pk in (clip.maker_id, clip.recording.space.host_id)
