"""What the recorder stores: how far a recording is packed, who talked when, and how it ended.

A recorder that lost its lease and does not know yet has an old epoch, and is refused.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from spaces.events.signals import recording_ready
from spaces.models import Incarnation, Recording, SpokenTurn
from spaces.states import RECORDING_MOVES, RecordingState, StopReason


class RecorderReplaced(Exception):
    """Another recorder has the recording now."""


def take_over(recording: Recording) -> int:
    """Make the caller the recorder of a recording. Return the epoch, which it gives to every other function here."""
    with transaction.atomic():
        Recording.objects.filter(pk=recording.pk).update(epoch=F("epoch") + 1)
        recording.refresh_from_db()
        return recording.epoch


def store_progress(
    recording_id: int, *, epoch: int, duration_ms: int, size: int, incarnations: Iterable[Incarnation]
) -> None:
    """Store how much is packed, and the files of the gateway. Raise `RecorderReplaced`."""
    with transaction.atomic():
        recording = _held(recording_id, epoch)
        recording.duration_ms, recording.bytes = duration_ms, size
        recording.save(update_fields=["duration_ms", "bytes"])
        Incarnation.objects.bulk_create(
            [_of(recording, incarnation) for incarnation in incarnations],
            update_conflicts=True,
            unique_fields=["recording", "name"],
            update_fields=["duration_ms", "packets", "bytes"],
        )


def finish_recording(recording_id: int, *, epoch: int, duration_ms: int, size: int) -> None:
    """Make a recording that is over available as a replay. Raise `RecorderReplaced`."""
    with transaction.atomic():
        recording = _held(recording_id, epoch)
        if not RECORDING_MOVES.allows(RecordingState(recording.state), RecordingState.READY):
            return  # the host deleted it meanwhile
        _end_turns(recording)
        recording.state, recording.ready_at = RecordingState.READY, timezone.now()
        recording.duration_ms, recording.bytes = duration_ms, size
        recording.save(update_fields=["state", "ready_at", "duration_ms", "bytes"])
        transaction.on_commit(partial(recording_ready.send, Recording, recording_id=recording.pk))


def fail_recording(recording_id: int, *, epoch: int) -> None:
    """Store that a recording that is over has no sound. Raise `RecorderReplaced`."""
    with transaction.atomic():
        recording = _held(recording_id, epoch)
        if not RECORDING_MOVES.allows(RecordingState(recording.state), RecordingState.FAILED):
            return
        _end_turns(recording)
        recording.state = RecordingState.FAILED
        if recording.stop_reason in ("", StopReason.ENDED, StopReason.HOST):
            recording.stop_reason = StopReason.NO_SOUND
        recording.save(update_fields=["state", "stop_reason"])


def follow_talk(recording_id: int, *, epoch: int, user_ids: Iterable[int], at: datetime) -> None:
    """Store who talks at this moment: turns begin and end. Raise `RecorderReplaced`."""
    with transaction.atomic():
        recording = _held(recording_id, epoch)
        space, now_ms = recording.space, recording.space.clock_ms(at)
        talking, stored = set(user_ids), SpokenTurn.objects.filter(space=space, ends_ms=None)
        _end(stored.exclude(user__in=talking), now_ms)
        going_on = set(stored.values_list("user_id", flat=True))
        members = space.participants.filter(user__in=talking - going_on).values_list("user_id", flat=True)
        SpokenTurn.objects.bulk_create(SpokenTurn(space=space, user_id=user, starts_ms=now_ms) for user in members)


def _end_turns(recording: Recording) -> None:
    last_ms = recording.space.clock_ms(recording.space.ended_at or timezone.now())
    _end(SpokenTurn.objects.filter(space=recording.space, ends_ms=None), last_ms)


def _end(turns: "QuerySet[SpokenTurn]", now_ms: int) -> None:
    turns.filter(starts_ms__gt=now_ms).update(ends_ms=F("starts_ms"))
    turns.filter(ends_ms=None).update(ends_ms=now_ms)


def _held(recording_id: int, epoch: int) -> Recording:
    """Return the recording, locked. Raise `RecorderReplaced` if another recorder has it."""
    found = Recording.objects.select_for_update(of=("self",)).select_related("space")
    recording = found.filter(pk=recording_id, epoch=epoch).first()
    if recording is None:
        raise RecorderReplaced
    return recording


def _of(recording: Recording, incarnation: Incarnation) -> Incarnation:
    incarnation.recording = recording
    incarnation.starts_ms = round((incarnation.starts_at - _start(recording)) / timedelta(milliseconds=1))
    return incarnation


def _start(recording: Recording) -> datetime:
    """Return when the Space started. Only a Space that started has a recording."""
    if recording.space.started_at is None:
        raise ValueError("a recording of a Space that never started")
    return recording.space.started_at
