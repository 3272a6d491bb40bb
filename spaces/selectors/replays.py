"""Which replays and clips a reader may see. Each page, file, card and API asks here when it shows one."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from accounts.selectors import visible_authors
from spaces import rules
from spaces.models import Clip, Participant, Recording
from spaces.rules import Action
from spaces.rules import clips as clip_rules
from spaces.selectors.sight import readable, require_reader
from spaces_project.common.errors import Refused

if TYPE_CHECKING:
    from accounts.models import User

CLIPS_SHOWN = 20


def may_see(recording: Recording, user: "User | None") -> bool:
    """Return whether the reader may see the recording."""
    space = recording.space
    if user is not None and space.host_id == user.pk:
        return True
    try:
        require_reader(space=space, user=user)
    except Refused:
        return False
    return recording.visible


def may_clip(recording: Recording, user: "User | None") -> bool:
    """Return whether the user may make clips of the replay."""
    if user is None or not recording.is_ready or not may_see(recording, user):
        return False
    space = recording.space
    actor = space.participants.of(user.pk) or Participant(space=space, user=user, left_at=space.ended_at)
    return clip_rules.are_open(recording, user) and rules.obstacle(Action.CLIP, space=space, actor=actor) is None


def clip_for(*, public_id: str, user: "User | None") -> Clip:
    """Return the clip, if the reader may see it. Raise `NotFound` otherwise.

    Its maker and the host also see one that is being made, or failed.
    """
    clip = _with_people(Clip.objects.filter(public_id=public_id)).first()
    user_id = user.pk if user else None
    if clip is None or not shown_clips([clip], user_id):
        raise clip_rules.no_clip()
    return clip


def shown_clips(clips: Collection[Clip], user_id: int | None) -> list[Clip]:
    """Return those of the clips that the user may see, in the same order. At most six queries.

    A clip is there as long as its replay is, for those who may hear the replay. The host sees every clip of the Space;
    for others, blocks and protection hide its maker's clips as they hide the maker's posts.
    """
    there = [clip for clip in clips if _is_there(clip, user_id)]
    others = [clip for clip in there if clip.recording.space.host_id != user_id]
    may = readable({clip.recording.space for clip in others if clip.recording.visible}, user_id)
    makers = visible_authors({clip.maker for clip in others if clip.maker_id != user_id}, user_id)
    shown = {clip.pk for clip in others if clip.recording.space_id in may and clip.maker_id in (*makers, user_id)}
    return [clip for clip in there if clip.recording.space.host_id == user_id or clip.pk in shown]


def clips_by_id(ids: Collection[int], *, user_id: int | None) -> dict[int, Clip]:
    """Return those of the clips with these primary keys that the user may see and hear."""
    found = _with_people(Clip.objects.filter(pk__in=ids)) if ids else []
    return {clip.pk: clip for clip in shown_clips(list(found), user_id) if clip.is_ready}


def clips_of(recording: Recording, *, user_id: int | None) -> list[Clip]:
    """Return the latest clips of the replay that the user may see, newest first."""
    found = _with_people(Clip.objects.filter(recording=recording)).order_by("-pk")
    return [clip for clip in shown_clips(list(found[:CLIPS_SHOWN]), user_id) if clip.is_ready]


def clips_kept_by(user: "User") -> QuerySet[Clip]:
    """Return the clips that the user can delete: their own, and those of the Spaces that they host. Newest first."""
    mine = Q(maker=user) | Q(recording__space__host=user)
    return _with_people(Clip.objects.filter(mine)).order_by("-pk")


def _is_there(clip: Clip, user_id: int | None) -> bool:
    recording = clip.recording
    is_kept = recording.is_ready and recording.space.host.is_active and clip.maker.is_active
    is_own = user_id in (clip.maker_id, recording.space.host_id)
    return is_kept and clip.is_in_replay and not clip.taken_down and (clip.is_ready or is_own)


def _with_people(clips: QuerySet[Clip]) -> QuerySet[Clip]:
    return clips.select_related("maker", "recording__space__host", "recording__space__creator")
