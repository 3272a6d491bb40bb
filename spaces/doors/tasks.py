"""Recurring work. Each task makes one call, may run twice."""

from datetime import timedelta
from typing import Any

from celery import shared_task
from django.utils import timezone

from spaces import audio, services
from spaces.moderation import purge, takeout
from spaces.recordings import clips, expiry, exports, keeping, removal, waveform
from spaces.services import clips as clip_verbs
from spaces_project.media import bucket

BEAT = timedelta(seconds=5)
MARGIN = timedelta(seconds=0.1)
RETRY_SECONDS = 60


@shared_task(ignore_result=True, expires=10)
def expire_spaces(**_: Any) -> None:
    """Settle what time has ended. A grace time that ends before the next beat gets a run of its own at that moment,
    because people watch a countdown."""
    due = services.expire().next_grace_ends
    if due is not None and due - timezone.now() < BEAT:
        expire_spaces.apply_async(eta=due + MARGIN, expires=due + 2 * BEAT)


@shared_task(ignore_result=True, expires=10)
def reconcile_audio(**_: Any) -> None:
    audio.reconcile()


@shared_task(ignore_result=True, expires=15)
def keep_reactions(**_: Any) -> None:
    """Store how many reactions live Spaces got."""
    services.keep_reactions(now=timezone.now())


@shared_task(ignore_result=False, expires=3600)
def purge_expired(**_: Any) -> dict[str, int]:
    """Delete what was kept for long enough, once a night, and return the numbers by kind. What a report holds stays."""
    return purge.purge_expired()


# Below the visibility timeout of the queue, after which another worker would begin the same.
@shared_task(ignore_result=True, soft_time_limit=100, time_limit=110)
def write_account_export(export_id: int, **_: Any) -> None:
    takeout.write_export(export_id)


@shared_task(ignore_result=True)
def remove_recording_files(**_: Any) -> None:
    """Remove the files of deleted recordings and clips. A deletion queues it, and the beat repeats what failed."""
    removal.remove_files()
    clips.remove_files()


@shared_task(ignore_result=True, expires=60)
def move_finished_files(**_: Any) -> None:
    """Move finished files to the bucket. What could not be moved stays on the local disk, and the beat repeats it."""
    keeping.move_finished()


@shared_task(ignore_result=True, expires=20)
def delete_discarded_files(**_: Any) -> None:
    """Delete from the bucket what was deleted here. The beat repeats what failed."""
    bucket.delete_discarded()


@shared_task(ignore_result=True, autoretry_for=(OSError,), retry_backoff=30, max_retries=3)
def measure_recording(recording_id: int, **_: Any) -> None:
    """Measure the loudness of a replay, for its waveform and for the cut that silence suggests."""
    waveform.measure(recording_id)


@shared_task(ignore_result=True)
def export_recording(export_id: int, version: int, **_: Any) -> None:
    """Make the files for download of a replay. A failed attempt is followed by another one a minute later."""
    if exports.run(export_id, version):
        export_recording.apply_async((export_id, version), countdown=RETRY_SECONDS)


@shared_task(ignore_result=True)
def make_clip(clip_id: int, **_: Any) -> None:
    """Make the sound of a clip. A failed attempt is followed by another one a minute later."""
    if clips.run(clip_id):
        make_clip.apply_async((clip_id,), countdown=RETRY_SECONDS)


@shared_task(ignore_result=True, expires=60)
def queue_exports(**_: Any) -> None:
    """Queue what was lost: exports and clips whose task or worker is gone, and replays that were never exported."""
    for recording in services.missing_exports():
        services.request_export(recording_id=recording.pk)
    for export in services.waiting_exports(now=timezone.now()):
        export_recording.delay(export.pk, export.version)
    for clip in clip_verbs.waiting_clips(now=timezone.now()):
        make_clip.delay(clip.pk)


@shared_task(ignore_result=True, expires=600)
def expire_recordings(**_: Any) -> None:
    """Warn the hosts of recordings that are about to expire, and delete those that have."""
    expiry.settle()
