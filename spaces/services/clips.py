"""Clips: asked for, made by a worker, deleted. What is in the file is made in `spaces.recordings.clips`."""

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.services.profiles import lock_user
from spaces import rules
from spaces.events.signals import clip_requested, clips_deleted
from spaces.models import Clip, Recording
from spaces.rules import Action
from spaces.rules import clips as clip_rules
from spaces.rules import replays as replay_rules
from spaces.selectors.replays import may_see
from spaces.services import attempts
from spaces.services.lifecycle import clean_title
from spaces.services.space_change import SpaceChange, space_change
from spaces.states import ExportState, LogKind
from spaces_project.common.limits import spend

if TYPE_CHECKING:
    from accounts.models import User

MADE, WINDOW = 30, timedelta(hours=1)
LOST_AFTER: Final = timedelta(minutes=3)
"""A worker that was not heard of for so long is lost. It takes seconds."""
KEPT_FAILED: Final = timedelta(days=1)
"""A clip that could not be made is shown to its maker for so long."""


def make_clip(*, public_id: str, user: "User", start_ms: int, end_ms: int, title: str = "") -> Clip:
    """Ask for a clip of a Space's replay, between two times on the replay's clock. A worker makes its file.

    Errors: `not_found`, `not_ready`, `suspended`, `removed`, `clips_off`, `bad_clip`, `bad_title`, `too_many_clips`,
    `too_many`.
    """
    with transaction.atomic():
        # Two requests at once must not both find room for the last clip. They may be about different Spaces.
        lock_user(user.pk)
        with space_change(public_id) as change:
            recording = _recording(change, user)
            rules.require(Action.CLIP, space=change.space, actor=change.participant_or_outsider(user))
            clip_rules.require_open(recording, user)
            clip_rules.require_stretch(recording, start_ms=start_ms, end_ms=end_ms)
            clip = Clip(recording=recording, maker=user, title=clean_title(title))
            clip.starts_ms, clip.ends_ms = recording.cut_start_ms + start_ms, recording.cut_start_ms + end_ms
            clip_rules.require_room(Clip.objects.filter(maker=user).count())
            spend(what="clip", user_id=user.pk, limit=MADE, window=WINDOW)
            clip.save()
            change.log(LogKind.CLIP_MADE, actor=user, reason=clip.public_id)
            transaction.on_commit(partial(clip_requested.send, Clip, clip_id=clip.pk))
    return clip


def delete_clip(*, public_id: str, user: "User", as_operator: bool = False) -> None:
    """Delete a clip for every reader at once. Its file is removed by a task. The maker and the host may, and operators.

    Errors: `not_found`, and for operators those of `require_operator`.
    """
    space_id = Clip.objects.filter(public_id=public_id).values_list("recording__space__public_id", flat=True).first()
    if space_id is None:
        raise clip_rules.no_clip()
    with space_change(space_id) as change:
        clip = Clip.objects.select_related("recording__space").filter(public_id=public_id).first()
        if as_operator:
            rules.require_operator(user)
        if clip is None or not (as_operator or clip_rules.may_delete(clip, user)):
            raise clip_rules.no_clip()
        delete_clips(change, Clip.objects.filter(pk=clip.pk), user=user, reason="operator" if as_operator else "")


def delete_clips(change: SpaceChange, clips: QuerySet[Clip], *, user: "User | None", reason: str) -> None:
    """Delete these clips of the Space that is being changed, each with a line in its log."""
    for clip in clips:
        change.log(LogKind.CLIP_DELETED, actor=user, reason=f"{clip.public_id} {reason}".strip())
    deleted, _ = clips.delete()
    if deleted:
        transaction.on_commit(partial(clips_deleted.send, Clip))


def touched_by_cut(recording: Recording) -> QuerySet[Clip]:
    """Return the clips of which the host has cut off a part."""
    return recording.clips.filter(Q(starts_ms__lt=recording.cut_start_ms) | Q(ends_ms__gt=recording.end_ms))


def take_down(*, clip_id: int, taken_down: bool) -> Clip | None:
    """Take a clip down for a decision of moderators, or put it back. Return None if nothing was changed."""
    changed = Clip.objects.filter(pk=clip_id).exclude(taken_down=taken_down).update(taken_down=taken_down)
    return Clip.objects.filter(pk=clip_id).first() if changed else None


# --- What workers store -----------------------------------------------------------------------------------------------


def begin_clip(*, clip_id: int, now: datetime) -> Clip | None:
    """Return the clip if this worker is to make its file, else None: another one does, or it is made or deleted."""
    if not attempts.claim(Clip.objects.filter(pk=clip_id), lost_after=LOST_AFTER, now=now):
        return None
    return Clip.objects.select_related("recording__space__host", "recording__space__creator").get(pk=clip_id)


def finish_clip(*, clip: Clip, size: int) -> bool:
    """Store that the file is made. Return False if the clip was deleted meanwhile, or another worker has it."""
    made = {"state": ExportState.READY, "bytes": size, "error": "", "touched_at": timezone.now()}
    return bool(_mine(clip).update(**made))


def fail_clip(*, clip: Clip, error: str) -> bool:
    """Store that an attempt failed. Return whether there is another one."""
    return attempts.fail(_mine(clip), attempts=clip.attempts, error=error)


def waiting_clips(*, now: datetime) -> QuerySet[Clip]:
    """Return the clips that no worker seems to have: their task was lost, or their worker."""
    return attempts.unclaimed(Clip.objects.all(), lost_after=LOST_AFTER, now=now)


def purge_failed(*, now: datetime, dry_run: bool = False) -> int:
    """Delete the clips that could not be made. Return how many there were, or would be."""
    due = Clip.objects.filter(state=ExportState.FAILED, touched_at__lt=now - KEPT_FAILED)
    return due.count() if dry_run else due.delete()[0]


def purge_expired(*, now: datetime, dry_run: bool = False) -> int:
    """Delete the clips of replays whose time is over. Return how many there were, or would be."""
    due = Clip.objects.filter(recording__expires_at__lte=now)
    if dry_run:
        return due.count()
    deleted, _ = due.delete()
    if deleted:
        transaction.on_commit(partial(clips_deleted.send, Clip))
    return deleted


def _mine(clip: Clip) -> QuerySet[Clip]:
    return Clip.objects.filter(pk=clip.pk, state=ExportState.RUNNING, attempts=clip.attempts)


def _recording(change: SpaceChange, user: "User") -> Recording:
    """Return the replay, if the user may see it. Raise `not_found`, `not_ready`."""
    found = Recording.objects.filter(space=change.space).first()
    if found is None:
        raise replay_rules.no_recording()
    found.space = change.space
    if not may_see(found, user) or found.state in replay_rules.GONE:
        raise replay_rules.no_recording()
    replay_rules.require_ready(found)
    return found
