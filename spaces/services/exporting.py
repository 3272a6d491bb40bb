"""What is stored about the files for download of a replay: asked for, being made, made, or failed.

A worker that was replaced meanwhile has an old version, and changes nothing.
"""

from datetime import datetime, timedelta
from functools import partial
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from spaces.events.signals import export_requested, recording_exported
from spaces.models import Export, Recording
from spaces.services import attempts
from spaces.states import ExportState, RecordingState

LOST_AFTER: Final = timedelta(minutes=5)
"""A worker that was not heard of for so long is lost."""


def request_export(*, recording_id: int) -> Export | None:
    """Let the files be made anew. Return None if the recording has no replay."""
    with transaction.atomic():
        recording = Recording.objects.select_for_update().filter(pk=recording_id).first()
        if recording is None or recording.state != RecordingState.READY:
            return None
        export, is_new = Export.objects.get_or_create(recording=recording)
        if not is_new:
            export.version += 1
            export.state, export.attempts, export.percent, export.error = ExportState.WAITING, 0, 0, ""
            export.touched_at = timezone.now()
            export.save()
        asked = {"export_id": export.pk, "version": export.version}
        transaction.on_commit(partial(export_requested.send, Export, **asked))
        return export


def begin_export(*, export_id: int, version: int, now: datetime) -> Export | None:
    """Return the export if this worker is to make the files, else None: another one has it, or it is made."""
    asked = Export.objects.filter(pk=export_id, version=version)
    if not attempts.claim(asked, lost_after=LOST_AFTER, now=now, percent=0):
        return None
    return Export.objects.select_related("recording__space__host", "recording__space__creator").get(pk=export_id)


def note_progress(*, export: Export, percent: int) -> None:
    """Store how far the worker is."""
    _mine(export).update(percent=min(percent, 100), touched_at=timezone.now())


def finish_export(*, export: Export, duration_ms: int, m4a_bytes: int, mp3_bytes: int, size: int) -> bool:
    """Store that the files are made, and the size of all files of the recording.

    Return False if they are not wanted any more: a newer version was asked for, or the recording was deleted.
    """
    with transaction.atomic():
        recording = Recording.objects.select_for_update().filter(pk=export.recording_id).first()
        if recording is None or recording.state != RecordingState.READY:
            return False
        recording.bytes = size
        recording.save(update_fields=["bytes"])
        facts = {"duration_ms": duration_ms, "m4a_bytes": m4a_bytes, "mp3_bytes": mp3_bytes}
        made = {"state": ExportState.READY, "made_version": export.version, "made_at": timezone.now(), "percent": 100}
        transaction.on_commit(partial(recording_exported.send, Export, recording_id=recording.pk))
        return bool(_mine(export).update(**facts, **made, error=""))


def fail_export(*, export: Export, error: str) -> bool:
    """Store that an attempt failed. Return whether there is another one."""
    return attempts.fail(_mine(export), attempts=export.attempts, error=error)


def waiting_exports(*, now: datetime) -> "QuerySet[Export]":
    """Return the exports that no worker seems to have: their task was lost, or their worker."""
    wanted = Export.objects.filter(recording__state=RecordingState.READY)
    return attempts.unclaimed(wanted, lost_after=LOST_AFTER, now=now)


def missing_exports() -> "QuerySet[Recording]":
    """Return the replays for which no files were asked for: their signal was lost."""
    return Recording.objects.ready().filter(export=None)


def _mine(export: Export) -> "QuerySet[Export]":
    return Export.objects.filter(pk=export.pk, version=export.version, state=ExportState.RUNNING)
