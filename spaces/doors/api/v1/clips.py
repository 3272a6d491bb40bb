"""Make, read and delete clips of replays."""

from django.conf import settings
from django.urls import reverse
from msgspec import UNSET

from accounts.api.views import ApiRequest, ApiView
from spaces.doors.api.v1.objects import ClipList, ClipPath, ClipView, NewClip, SpacePath
from spaces.events import wire
from spaces.models import Clip
from spaces.recordings.selectors import replay_for
from spaces.selectors.replays import clip_for, clips_of
from spaces.services import clips
from spaces.states import ExportState
from spaces_project.common.api.operations import operation
from spaces_project.common.api.scopes import Scope

TAG = "Recordings"


class ClipsOfSpace(ApiView):
    @operation("listClips", tag=TAG, scopes=(Scope.SPACE_READ,), errors=(404,))
    def get(self, request: ApiRequest, path: SpacePath) -> ClipList:
        """List the latest twenty clips of a Space's replay, newest first."""
        recording = replay_for(public_id=path.id, user=request.user)
        return ClipList([_view(clip) for clip in clips_of(recording, user_id=request.user.pk)])

    @operation("createClip", tag=TAG, scopes=(Scope.SPACE_WRITE,), status=201, creates=True, errors=(404, 409))
    def post(self, request: ApiRequest, path: SpacePath, body: NewClip) -> ClipView:
        """Make a clip of a Space's replay. Its sound is made soon after: get the clip again until it is `ready`.

        The host may always make clips; others may where the host allows it (`clips_allowed` of the recording).
        """
        made = clips.make_clip(
            public_id=path.id, user=request.user, start_ms=body.start_ms, end_ms=body.end_ms, title=body.title
        )
        return _view(clip_for(public_id=made.public_id, user=request.user))


class OneClip(ApiView):
    @operation("getClip", tag=TAG, scopes=(Scope.SPACE_READ,), errors=(404,))
    def get(self, request: ApiRequest, path: ClipPath) -> ClipView:
        """Get a clip. It is there as long as its replay is, for those who may hear the replay."""
        return _view(clip_for(public_id=path.clip_id, user=request.user))

    @operation("deleteClip", tag=TAG, scopes=(Scope.SPACE_WRITE,), status=204, errors=(404,))
    def delete(self, request: ApiRequest, path: ClipPath) -> None:
        """Delete a clip that you made, or a clip of a Space that you host."""
        clips.delete_clip(public_id=path.clip_id, user=request.user)


def _view(clip: Clip) -> ClipView:
    return ClipView(
        id=clip.public_id,
        space_id=clip.recording.space.public_id,
        title=clip.display_title,
        state=ExportState(clip.state),
        maker=wire.person(clip.maker),
        start_ms=clip.replay_ms,
        duration_ms=clip.length_ms,
        created_at=clip.created_at,
        url=settings.PUBLIC_ORIGIN + clip.get_absolute_url(),
        sound=_address("clip_sound", clip) if clip.is_ready else UNSET,
        captions=_address("clip_captions", clip) if clip.is_ready else UNSET,
    )


def _address(name: str, clip: Clip) -> str:
    return f"{settings.PUBLIC_ORIGIN}{reverse(name, args=[clip.public_id])}"
