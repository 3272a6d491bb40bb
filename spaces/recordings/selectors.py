"""Reads of recordings. Who may see one is decided here, each time it is served."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from spaces.models import Recording, Space, SpokenTurn
from spaces.recordings.turns import ReplayTurn
from spaces.selectors.replays import may_see
from spaces.selectors.sight import readable
from spaces.selectors.timeline import Timeline, timeline
from spaces.states import RecordingState, SpaceState
from spaces_project.common.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.db.models import QuerySet

    from accounts.models import User

SEEN = (RecordingState.RECORDING, RecordingState.PAUSED, RecordingState.FINISHING, RecordingState.READY)
"""The states in which there is something to play."""
GOING_ON = (RecordingState.RECORDING, RecordingState.PAUSED, RecordingState.FINISHING)
"""The states in which the sound still grows, or may grow again."""


def recording_for(*, public_id: str, user: "User | None") -> Recording:
    """Return the recording of a Space, if the reader may see it. Raise `NotFound` otherwise.

    The host sees it until it is deleted. Others see it while the host shows it, if they may read what was said in the
    Space.
    """
    found = Recording.objects.select_related("space", "space__host", "space__creator")
    recording = found.filter(space__public_id=public_id, state__in=SEEN, space__host__is_active=True).first()
    if recording is None or not may_see(recording, user):
        raise NotFound("not_found", _("There is no recording of this Space."))
    return recording


def replay_for(*, public_id: str, user: "User | None") -> Recording:
    """Return the recording of a Space, if the reader may see it and it can be played to the end. Raise `NotFound`
    otherwise, with the code `not_ready` before it is finished."""
    recording = recording_for(public_id=public_id, user=user)
    if not recording.is_ready:
        raise NotFound("not_ready", _("The replay is not ready yet."))
    return recording


def going_on_for(*, public_id: str, user: "User | None") -> Recording:
    """Return the recording of a Space that is not finished, if the reader may hear it from its beginning. Raise
    `NotFound` otherwise, also of a replay: its host may have cut it.

    Only what was recorded is in it, so every voice in it belongs to a participant who agreed.
    """
    recording = recording_for(public_id=public_id, user=user)
    if recording.state not in GOING_ON:
        raise NotFound("not_found", _("This recording does not go on."))
    return recording


def replay_lengths(spaces: "Collection[Space]", user_id: int | None) -> dict[int, int]:
    """Return the lengths in milliseconds of the replays that the user may hear, by primary key of their Spaces. At most
    four queries, however many Spaces there are."""
    over = [space for space in spaces if space.state == SpaceState.ENDED]
    found = Recording.objects.ready().filter(space__in=over).select_related("space") if over else []
    shown = [one for one in found if one.visible or one.space.host_id == user_id]
    may = readable([one.space for one in shown if one.space.host_id != user_id], user_id)
    return {one.space_id: one.length_ms for one in shown if one.space_id in may or one.space.host_id == user_id}


def has_sound_at(*, space_id: int | None, clock_ms: int | None) -> bool:
    """Return whether a moment of a Space's clock was recorded and its files are there, also of a deleted recording."""
    found = Recording.objects.filter(space=space_id, files_gone_at=None).first()
    if found is None or clock_ms is None:
        return False
    return timeline(found, uncut=True).replay_ms(clock_ms) is not None


def recordings_of(user: "User") -> "QuerySet[Recording]":
    """Return the recordings of the Spaces that the user hosts, newest first, without the deleted ones."""
    found = Recording.objects.exclude(state=RecordingState.DELETED).filter(space__host=user)
    return found.select_related("space", "space__host", "space__creator", "export").order_by("-created_at")


def turns(recording: Recording, *, on: Timeline | None = None) -> list[ReplayTurn]:
    """Return the turns of speakers on the replay's clock, in order. A turn that the replay has in two parts counts as
    two."""
    clock = on or timeline(recording)
    end = clock.kept[-1].ends_ms if clock.kept else 0
    found = SpokenTurn.objects.filter(space=recording.space, user__is_active=True).select_related("user")
    return [
        ReplayTurn(turn.user_id, turn.user.username, turn.user.name, first, last)
        for turn in found.order_by("starts_ms", "id")
        for first, last in clock.spans(turn.starts_ms, end if turn.ends_ms is None else turn.ends_ms)
    ]
