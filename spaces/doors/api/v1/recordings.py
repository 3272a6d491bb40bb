"""Read the recording of a Space, and decide who may make clips of it."""

from django.conf import settings
from django.urls import reverse

from accounts.api.views import ApiRequest, ApiView
from accounts.models import User
from spaces.doors.api.v1.objects import (
    ClipsAllowed,
    RecordingChapter,
    RecordingFile,
    RecordingTurn,
    RecordingView,
    SpacePath,
)
from spaces.models import Recording
from spaces.recordings.chapters import talk_of
from spaces.recordings.files import REPLAY, TYPES
from spaces.recordings.heard import heard_by, prepared
from spaces.recordings.selectors import recording_for
from spaces.recordings.turns import chapters
from spaces.selectors.timeline import timeline
from spaces.services import replays
from spaces.states import RecordingState
from spaces_project.common.api.operations import operation
from spaces_project.common.api.scopes import Scope


class OneRecording(ApiView):
    @operation("getRecording", tag="Recordings", scopes=(Scope.SPACE_READ,), errors=(404,))
    def get(self, request: ApiRequest, path: SpacePath) -> RecordingView:
        """Read the recording of a Space: its state and files, who talks when, and chapters.

        All times are milliseconds of the replay. Others than the host find it as long as the host shows it and they may
        read what was said in the Space.
        """
        recording = recording_for(public_id=path.id, user=request.user)
        clock = timeline(recording)
        talk = talk_of(recording, clock)
        found = chapters(talk, length_ms=clock.duration_ms)
        return RecordingView(
            state=RecordingState(recording.state),
            title=recording.display_title,
            visible=recording.visible,
            clips_allowed=recording.clips_allowed,
            duration_ms=clock.duration_ms,
            starts_ms=heard_by(recording, request.user).starts_ms,
            expires_at=recording.expires_at,
            files=_files(recording, request.user),
            turns=[RecordingTurn(str(turn.user_id), turn.starts_ms, turn.ends_ms) for turn in talk],
            chapters=[RecordingChapter(one.starts_ms, one.title) for one in found],
        )


class AllowedClips(ApiView):
    @operation("setClipsAllowed", tag="Recordings", scopes=(Scope.SPACE_MODERATE,), status=204, errors=(404,))
    def put(self, request: ApiRequest, path: SpacePath, body: ClipsAllowed) -> None:
        """Let others make clips of the replay of a Space that you host, or let them no longer."""
        replays.allow_clips(public_id=path.id, user=request.user, allowed=body.clips_allowed)


def _files(recording: Recording, user: User) -> list[RecordingFile]:
    if not recording.is_ready:
        return []
    try:
        size = prepared(recording, heard_by(recording, user)).stat().st_size
    except FileNotFoundError:
        return []
    address = settings.PUBLIC_ORIGIN + reverse("replay_sound", args=[recording.space.public_id])
    return [RecordingFile(type=TYPES[REPLAY], url=address, bytes=size)]
