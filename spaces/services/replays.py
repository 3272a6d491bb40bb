"""What a host does with a recording after it was made: cut, rename, show, keep and delete it. And its expiry."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from spaces import rules
from spaces.events.signals import recording_changed, recording_deleted, recording_expires
from spaces.models import Recording
from spaces.rules import replays as replay_rules
from spaces.services.clips import delete_clips, touched_by_cut
from spaces.services.lifecycle import clean_title
from spaces.services.recording import conclude
from spaces.services.space_change import SpaceChange, space_change
from spaces.states import LogKind, RecordingState, StopReason
from spaces_project.common.errors import ProductError
from spaces_project.common.limits import spend

if TYPE_CHECKING:
    from accounts.models import User

CHANGES, WINDOW = 120, timedelta(hours=1)
WARNED_BEFORE: Final = timedelta(days=3)
EXPIRED: Final = "expired"
"""The reason in the log of a deletion by time."""
_OVER = (RecordingState.READY, RecordingState.FAILED)


def cut_recording(*, public_id: str, user: "User", start_ms: int, end_ms: int) -> None:
    """Let the replay start and end at these times of the recorded sound. Clips that have a part of what is cut off now
    are deleted. Errors: `not_found`, `not_ready`, `bad_cut`, `too_many`."""
    with _change(public_id, user) as (change, recording):
        replay_rules.require_ready(recording)
        replay_rules.require_cut(recording, start_ms=start_ms, end_ms=end_ms)
        end = None if end_ms == recording.duration_ms else end_ms
        _store(change, recording, user, "cut", cut_start_ms=start_ms, cut_end_ms=end)
        delete_clips(change, touched_by_cut(recording), user=user, reason="cut")


def rename_recording(*, public_id: str, user: "User", title: str) -> None:
    """Give the replay a title. An empty one stands for the Space's. Errors: `not_found`, `bad_title`, `too_many`."""
    name = clean_title(title)
    with _change(public_id, user) as (change, recording):
        _store(change, recording, user, "title", title=name)


def show_recording(*, public_id: str, user: "User", visible: bool) -> None:
    """Show the replay to others, or hide it. While the Space is recorded, listeners may start from its beginning only
    if it is shown. Errors: `not_found`, `too_many`."""
    with _change(public_id, user) as (change, recording):
        _store(change, recording, user, "shown" if visible else "hidden", visible=visible)
        if change.space.is_recorded:
            change.space_changed()


def list_recording(*, public_id: str, user: "User", in_podcast: bool) -> None:
    """Put the replay into the host's podcast, or take it out. Errors: `not_found`, `not_ready`, `too_many`."""
    with _change(public_id, user) as (change, recording):
        replay_rules.require_ready(recording)
        _store(change, recording, user, "listed" if in_podcast else "unlisted", in_podcast=in_podcast)


def allow_clips(*, public_id: str, user: "User", allowed: bool) -> None:
    """Let others make clips of the replay, or let them no longer. Clips that there are stay. Errors: `not_found`,
    `too_many`."""
    with _change(public_id, user) as (change, recording):
        _store(change, recording, user, "clips_on" if allowed else "clips_off", clips_allowed=allowed)


def keep_recording(*, public_id: str, user: "User", days: int) -> None:
    """Keep the recording for so many days from now. Errors: `not_found`, `not_ready`, `bad_days`, `too_many`."""
    replay_rules.require_days(days)
    with _change(public_id, user) as (change, recording):
        replay_rules.require_ready(recording)
        kept = timedelta(days=days)
        # A host who keeps it for so short a time needs no warning.
        told = change.now if kept <= WARNED_BEFORE else None
        _store(change, recording, user, "kept", expires_at=change.now + kept, expiry_told_at=told)


def delete_recording(*, public_id: str, user: "User", as_operator: bool = False) -> None:
    """Delete the recording for every reader at once, and stop it if it goes on. Its files are removed by a task.

    Errors: `not_found`, `recording_deleted`, `too_many`, and for operators those of `require_operator`.
    """
    if as_operator:
        with space_change(public_id) as change:
            rules.require_operator(user)
            _delete(change, _recording(change), user=user, reason="operator")
        return
    with _change(public_id, user) as (change, recording):
        _delete(change, recording, user=user)


def set_expiry() -> int:
    """Give recordings that are over the site's time to live. Return how many there were."""
    if not settings.RECORDINGS_KEEP:
        return 0
    new = Recording.objects.filter(state__in=_OVER, expires_at=None)
    return new.update(expires_at=Coalesce(F("ready_at"), F("created_at")) + settings.RECORDINGS_KEEP)


def warn_of_expiry(*, now: datetime) -> int:
    """Tell the hosts of replays that are about to expire, once each. Return how many were told."""
    due = Recording.objects.ready().filter(expires_at__lte=now + WARNED_BEFORE, expiry_told_at=None)
    return sum(_warn(recording_id, now) for recording_id in due.values_list("pk", flat=True))


def expire_recordings(*, now: datetime, dry_run: bool = False) -> int:
    """Delete the recordings whose time is over. Return how many there were, or would be."""
    due = list(_expired(now).values_list("space__public_id", flat=True))
    return len(due) if dry_run else sum(_expire(public_id, now) for public_id in due)


@contextmanager
def _change(public_id: str, user: "User") -> Iterator[tuple[SpaceChange, Recording]]:
    """Open a change of the host's own recording. Raise `not_found`, `too_many`."""
    spend(what="recording", user_id=user.pk, limit=CHANGES, window=WINDOW)
    with space_change(public_id) as change:
        yield change, replay_rules.require_own(_recording(change), user)


def _recording(change: SpaceChange) -> Recording:
    found = Recording.objects.filter(space=change.space).first()
    if found is None:
        raise replay_rules.no_recording()
    found.space = change.space
    return found


def _store(change: SpaceChange, recording: Recording, user: "User", what: str, **fields: object) -> None:
    for name, value in fields.items():
        setattr(recording, name, value)
    recording.save(update_fields=list(fields))
    change.log(LogKind.RECORDING_CHANGED, actor=user, reason=what)
    transaction.on_commit(partial(recording_changed.send, Recording, recording_id=recording.pk, what=what))


def _delete(change: SpaceChange, recording: Recording, *, user: "User | None", reason: str = "") -> None:
    replay_rules.require_deletable(recording)
    if change.space.is_recorded:
        conclude(change, RecordingState.PAUSED, user=user, reason=StopReason.HOST)
        change.space_changed()
    recording.state, recording.deleted_at = RecordingState.DELETED, change.now
    recording.epoch += 1  # a recorder that still packs it is refused
    recording.save(update_fields=["state", "deleted_at", "epoch"])
    delete_clips(change, recording.clips.all(), user=user, reason=reason)
    change.log(LogKind.RECORDING_DELETED, actor=user, reason=reason)
    transaction.on_commit(partial(recording_deleted.send, Recording, recording_id=recording.pk))


def _warn(recording_id: int, now: datetime) -> int:
    with transaction.atomic():
        told = Recording.objects.filter(pk=recording_id, expiry_told_at=None).update(expiry_told_at=now)
        if told:
            transaction.on_commit(partial(recording_expires.send, Recording, recording_id=recording_id))
    return told


def _expired(now: datetime) -> "QuerySet[Recording]":
    return Recording.objects.filter(state__in=_OVER, expires_at__lte=now)


def _expire(public_id: str, now: datetime) -> int:
    try:
        with space_change(public_id) as change:
            recording = _expired(now).filter(space=change.space).first()
            if recording is None:  # its host has just kept it for longer
                return 0
            _delete(change, recording, user=None, reason=EXPIRED)
    except ProductError:  # the Space was deleted meanwhile, or the recording
        return 0
    return 1
