"""What a host does with a recording, what time does to it, and what becomes of its files."""

import os
import shutil
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import User
from spaces import services
from spaces.doors import tasks
from spaces.models import Recording, Report
from spaces.moderation import services as moderation
from spaces.moderation.purge import purge_expired
from spaces.recordings import expiry, removal
from spaces.recordings.selectors import recording_for
from spaces.rules.powers import APPEAL_WITHIN
from spaces.selectors.timeline import timeline
from spaces.services import replays
from spaces.states import LogKind, RecordingState, ReportReason, Verdict
from spaces_project.common.errors import NotFound
from tests.factories import UserFactory
from tests.recordings.made import made_recording
from tests.spaces.moderators import moderator
from tests.spaces.scene import Scene, outcome
from timeline.models import Notification, NotificationKind
from timeline.reach import tasks as reach_tasks

pytestmark = [pytest.mark.django_db, pytest.mark.redis]
Verb = Callable[..., None]


def now_of(recording: Recording) -> Recording:
    """Return the recording as the database has it now."""
    return Recording.objects.select_related("space__host").get(pk=recording.pk)


def host_of(recording: Recording) -> User:
    return recording.space.host


def does(recording: Recording, verb: Verb, user: User | None = None, **arguments: Any) -> str:
    """Return `ok`, or the code of the refusal."""
    who = user or host_of(recording)
    return outcome(verb, public_id=recording.space.public_id, user=who, **arguments)


def test_a_cut_is_two_numbers() -> None:
    recording = made_recording(seconds=60)
    assert does(recording, replays.cut_recording, start_ms=2_000, end_ms=50_000) == "ok"
    assert timeline(now_of(recording)).duration_ms == 48_000
    assert does(recording, replays.cut_recording, start_ms=0, end_ms=60_000) == "ok"
    assert (now_of(recording).cut_start_ms, now_of(recording).cut_end_ms) == (0, None)
    assert [(entry.kind, entry.reason) for entry in recording.space.log.all()] == [
        (LogKind.RECORDING_CHANGED, "cut")
    ] * 2


@pytest.mark.parametrize(("start_ms", "end_ms"), [(-1, 5_000), (5_000, 5_999), (9_000, 4_000), (0, 60_001)])
def test_a_cut_that_leaves_nothing_is_refused(start_ms: int, end_ms: int) -> None:
    recording = made_recording(seconds=60)
    assert does(recording, replays.cut_recording, start_ms=start_ms, end_ms=end_ms) == "bad_cut"


VERBS: list[tuple[Verb, dict[str, Any]]] = [
    (replays.cut_recording, {"start_ms": 0, "end_ms": 5_000}),
    (replays.rename_recording, {"title": "Tea"}),
    (replays.show_recording, {"visible": False}),
    (replays.keep_recording, {"days": 3}),
    (replays.delete_recording, {}),
]


@pytest.mark.parametrize(("verb", "arguments"), VERBS)
def test_only_the_host_changes_a_recording(verb: Verb, arguments: dict[str, Any]) -> None:
    recording = made_recording()
    assert does(recording, verb, UserFactory.create(), **arguments) == "not_found"
    assert does(recording, verb, **arguments) == "ok"


@pytest.mark.parametrize(("verb", "arguments"), VERBS)
def test_a_deleted_recording_is_not_changed(verb: Verb, arguments: dict[str, Any]) -> None:
    recording = made_recording(state=RecordingState.DELETED, deleted_at=timezone.now())
    assert does(recording, verb, **arguments) == "not_found"


@pytest.mark.parametrize(
    ("verb", "arguments"), [(replays.cut_recording, VERBS[0][1]), (replays.keep_recording, {"days": 3})]
)
def test_what_needs_a_replay_waits_for_it(verb: Verb, arguments: dict[str, Any]) -> None:
    recording = made_recording(state=RecordingState.FINISHING)
    assert does(recording, verb, **arguments) == "not_ready"


def test_title_and_visibility_are_the_replays_own() -> None:
    recording = made_recording()
    does(recording, replays.rename_recording, title="  Tea <b> ")
    assert now_of(recording).display_title == "Tea <b>"
    assert does(recording, replays.rename_recording, title="x" * 71) == "bad_title"
    does(recording, replays.rename_recording, title="")
    assert now_of(recording).display_title == recording.space.title
    does(recording, replays.show_recording, visible=False)
    with pytest.raises(NotFound):
        recording_for(public_id=recording.space.public_id, user=None)
    assert recording_for(public_id=recording.space.public_id, user=host_of(recording)) == recording


# --- Deletion ---


def test_a_deleted_recording_is_gone_at_once_and_its_files_soon(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording, other = made_recording(), made_recording()
    monkeypatch.setattr(tasks.remove_recording_files, "delay", tasks.remove_recording_files)
    with django_capture_on_commit_callbacks(execute=True):
        assert does(recording, replays.delete_recording) == "ok"
        for reader in (None, host_of(recording)):
            with pytest.raises(NotFound):
                recording_for(public_id=recording.space.public_id, user=reader)
        assert recording.home.exists()
    assert (recording.home.exists(), other.home.exists()) == (False, True)
    assert now_of(recording).files_gone_at is not None
    assert now_of(recording).epoch == recording.epoch + 1


def test_a_recording_that_goes_on_is_stopped_and_deleted(scene: Scene) -> None:
    services.start_recording(public_id=scene.id, user=scene.host)
    recording = Recording.objects.get(space=scene.space)
    assert does(recording, replays.delete_recording) == "ok"
    scene.space.refresh_from_db()
    assert not scene.space.is_recorded
    assert now_of(recording).state == RecordingState.DELETED
    assert not recording.stretches.filter(ends_ms=None).exists()
    assert scene.log()[-2:] == [LogKind.RECORDING_STOPPED, LogKind.RECORDING_DELETED]
    assert outcome(services.start_recording, public_id=scene.id, user=scene.host) == "recording_deleted"


def test_the_staff_delete_as_operators_and_nobody_else_does() -> None:
    recording = made_recording()
    listener, staff = UserFactory.create(), moderator()
    assert does(recording, replays.delete_recording, listener, as_operator=True) == "forbidden"
    assert does(recording, replays.delete_recording, staff, as_operator=True) == "ok"
    assert does(recording, replays.delete_recording, staff, as_operator=True) == "recording_deleted"


def test_an_open_report_keeps_the_files_unseen() -> None:
    recording = made_recording()
    report = moderation.report_space(
        public_id=recording.space.public_id, user=UserFactory.create(), reason=ReportReason.HATE
    )
    does(recording, replays.delete_recording)
    removal.remove_files()
    assert recording.home.exists()
    assert now_of(recording).files_gone_at is None
    with pytest.raises(NotFound):
        recording_for(public_id=recording.space.public_id, user=host_of(recording))
    moderation.decide_report(report_id=report.pk, user=moderator(), verdict=Verdict.NO_ACTION)
    removal.remove_files()
    assert recording.home.exists()  # there may be an appeal
    Report.objects.update(decided_at=timezone.now() - APPEAL_WITHIN)
    removal.remove_files()
    assert not recording.home.exists()


def test_files_that_cannot_be_removed_are_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    recording, other = made_recording(), made_recording()
    for one in (recording, other):
        does(one, replays.delete_recording)
    remove = shutil.rmtree

    def fails_for_one(path: Path) -> None:
        if path == recording.home:
            raise PermissionError(path)
        remove(path)

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", fails_for_one)
        assert removal.remove_files() == 1
    assert (recording.home.exists(), other.home.exists()) == (True, False)
    assert removal.remove_files() == 1
    assert not recording.home.exists()
    assert removal.remove_files() == 0


def age(path: Path) -> None:
    os.utime(path, (time.time() - 120, time.time() - 120))


def test_the_files_of_a_deleted_account_go_too(recordings_dir: Path) -> None:
    recording, other = made_recording(), made_recording()
    for one in (recording, other):
        age(one.home)
    host_of(recording).delete()
    assert not Recording.objects.filter(pk=recording.pk).exists()
    removal.remove_files()
    assert list(recordings_dir.iterdir()) == [other.home]


def test_nothing_else_in_the_directory_is_touched(recordings_dir: Path) -> None:
    made_recording()
    kept = {"x" * 21, "x" * 23, "lost+found", "x" * 21 + "."}
    for name in kept:
        (recordings_dir / name).mkdir()
    (recordings_dir / ("f" * 22)).write_text("a file")
    (recordings_dir / ("l" * 22)).symlink_to(recordings_dir / "lost+found")
    (recordings_dir / ("n" * 22)).mkdir()  # new: its recording may not be committed yet
    before = set(recordings_dir.iterdir())
    for path in before:
        if path.name != "n" * 22 and not path.is_symlink():
            age(path)
    removal.remove_files()
    assert set(recordings_dir.iterdir()) == before


# --- Expiry ---


def test_a_recording_expires_and_its_host_is_warned_three_days_before(
    settings: Settings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for task in (reach_tasks.tell, reach_tasks.mail, tasks.remove_recording_files):
        monkeypatch.setattr(task, "delay", task)
    settings.EMAIL_DIRECT_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    recording = made_recording()
    ready_at = recording.ready_at or timezone.now()

    def later(**time: int) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            expiry.settle(ready_at + timedelta(**time))

    later(days=26)
    assert now_of(recording).expires_at == ready_at + timedelta(days=30)
    assert not Notification.objects.exists()
    later(days=27, minutes=1)
    later(days=28)
    [told] = Notification.objects.all()
    assert (told.user, told.kind) == (host_of(recording), NotificationKind.RECORDING_EXPIRES)
    assert [one.subject for one in mail.outbox] == ["Your recording will be deleted soon (Spaces)"]
    later(days=29, hours=23)
    assert now_of(recording).is_ready
    later(days=30, minutes=1)
    assert now_of(recording).state == RecordingState.DELETED
    assert not recording.home.exists()
    assert [entry.reason for entry in recording.space.log.filter(kind=LogKind.RECORDING_DELETED)] == ["expired"]


def test_a_host_who_keeps_it_longer_is_warned_anew() -> None:
    recording = made_recording()
    now = timezone.now()
    Recording.objects.update(expires_at=now + timedelta(days=1), expiry_told_at=now)
    does(recording, replays.keep_recording, days=30)
    expiry.settle(now + timedelta(days=2))
    assert now_of(recording).is_ready
    assert now_of(recording).expiry_told_at is None
    assert replays.warn_of_expiry(now=now + timedelta(days=28)) == 1
    assert replays.warn_of_expiry(now=now + timedelta(days=28)) == 0


@pytest.mark.parametrize(("days", "wanted"), [(0, "bad_days"), (1, "ok"), (30, "ok"), (31, "bad_days")])
def test_the_site_says_how_long_a_recording_may_be_kept(days: int, wanted: str) -> None:
    assert does(made_recording(), replays.keep_recording, days=days) == wanted


def test_a_site_may_keep_recordings_for_good(settings: Settings) -> None:
    settings.RECORDINGS_KEEP = timedelta()
    recording = made_recording()
    expiry.settle(timezone.now() + timedelta(days=4_000))
    assert now_of(recording).expires_at is None
    assert does(recording, replays.keep_recording, days=400) == "ok"


def test_the_nightly_purge_counts_what_is_due() -> None:
    recording = made_recording(expires_at=timezone.now() - timedelta(minutes=1))
    made_recording(expires_at=timezone.now() + timedelta(minutes=1))
    assert purge_expired(dry_run=True)["recordings"] == 1
    assert now_of(recording).is_ready
    assert purge_expired()["recordings"] == 1
    assert purge_expired()["recordings"] == 0
    assert now_of(recording).state == RecordingState.DELETED
