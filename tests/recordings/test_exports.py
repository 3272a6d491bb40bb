"""The files for download: made once, after the end and after a cut, by whichever worker lives."""

import zipfile
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import av
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import User
from captions.models import Utterance
from captions.states import UtteranceState
from spaces import services
from spaces.doors import tasks
from spaces.events.signals import recording_ready
from spaces.models import Export, Recording
from spaces.recordings import exports, sound
from spaces.recordings.chapters import chapters_of
from spaces.recordings.files import REPLAY
from spaces.services import exporting, replays
from spaces.states import ExportState, RecordingState
from tests.factories import UserFactory
from tests.recordings.made import made_recording, speak, write_tone

pytestmark = [pytest.mark.django_db, pytest.mark.redis]

Commits = DjangoCaptureOnCommitCallbacks


@pytest.fixture
def recording() -> Recording:
    """A replay of 12 s with a tone from the third to the ninth second."""
    recording = made_recording(seconds=12, cut_start_ms=2_000, cut_end_ms=10_000)
    write_tone(recording.home / REPLAY, seconds=12, starts=3, ends=9)
    return recording


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes to a worker is done here and now."""
    for task in (tasks.export_recording, tasks.measure_recording, tasks.remove_recording_files):
        monkeypatch.setattr(task, "delay", task)
    monkeypatch.setattr(tasks.export_recording, "apply_async", lambda args, countdown: tasks.export_recording(*args))


def asked(recording: Recording) -> Export:
    export = services.request_export(recording_id=recording.pk)
    assert export is not None
    return export


def made(recording: Recording) -> Export:
    export = asked(recording)
    assert not exports.run(export.pk, export.version)
    export.refresh_from_db()
    assert export.state == ExportState.READY
    return export


def names(recording: Recording) -> set[str]:
    return {path.name for path in recording.home.iterdir()}


def length_ms(path: Path) -> int:
    with av.open(str(path)) as container:
        return round((container.duration or 0) / 1000)


def test_a_new_replay_gets_files_trimmed_and_tagged(
    recording: Recording, at_once: None, django_capture_on_commit_callbacks: Commits
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        recording_ready.send(Recording, recording_id=recording.pk)
    export = Export.objects.get()
    assert (export.state, export.made_version, export.percent, export.duration_ms) == ("ready", 1, 100, 8_000)
    for kind, size in (("m4a", export.m4a_bytes), ("mp3", export.mp3_bytes)):
        path = recording.home / f"sound-1.{kind}"
        assert path.stat().st_size == size
        assert abs(length_ms(path) - 8_000) < 60
        with av.open(str(path)) as container:
            assert container.metadata["title"] == recording.display_title
            assert container.metadata["artist"] == recording.space.host.name
    recording.refresh_from_db()
    assert recording.bytes == sum(path.stat().st_size for path in recording.home.rglob("*") if path.is_file())


def test_a_cut_and_a_title_make_new_files_under_new_names(
    recording: Recording, at_once: None, django_capture_on_commit_callbacks: Commits
) -> None:
    made(recording)
    public_id, host = recording.space.public_id, recording.space.host
    with django_capture_on_commit_callbacks(execute=True):
        replays.cut_recording(public_id=public_id, user=host, start_ms=3_000, end_ms=9_000)
    with django_capture_on_commit_callbacks(execute=True):
        replays.show_recording(public_id=public_id, user=host, visible=True)
    with django_capture_on_commit_callbacks(execute=True):
        replays.rename_recording(public_id=public_id, user=host, title="Tea")
    export = Export.objects.get()
    assert (export.made_version, export.duration_ms) == (3, 6_000)
    assert {name for name in names(recording) if name.startswith("sound-")} == {"sound-3.m4a", "sound-3.mp3"}


def test_earlier_files_and_the_source_stay_while_new_ones_are_made(recording: Recording) -> None:
    made(recording)
    source = (recording.home / REPLAY).read_bytes()
    export = asked(recording)
    assert (export.state, export.made_version, export.version) == (ExportState.WAITING, 1, 2)
    assert {"sound-1.m4a", "sound-1.mp3"} <= names(recording)
    exports.run(export.pk, export.version)
    assert (recording.home / REPLAY).read_bytes() == source


def test_a_task_that_comes_twice_makes_the_files_once(recording: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    export = made(recording)
    calls: list[object] = []
    monkeypatch.setattr(sound, "export", lambda *args, **kwargs: calls.append(args))
    assert not exports.run(export.pk, export.version)
    assert not exports.run(export.pk, export.version - 1)
    assert calls == []


def test_a_broken_source_is_tried_three_times(recording: Recording, at_once: None) -> None:
    (recording.home / REPLAY).write_bytes(b"no sound")
    export = asked(recording)
    tasks.export_recording(export.pk, export.version)
    export.refresh_from_db()
    assert (export.state, export.attempts) == (ExportState.FAILED, 3)
    assert "BadSound" in export.error
    write_tone(recording.home / REPLAY, seconds=12, starts=3, ends=9)
    assert made(recording).error == ""


def test_a_full_disk_is_an_attempt_and_leaves_nothing(recording: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    export = asked(recording)
    with monkeypatch.context() as patched:
        patched.setattr(sound, "export", full)
        assert exports.run(export.pk, export.version)
    export.refresh_from_db()
    assert (export.state, export.attempts) == (ExportState.WAITING, 1)
    assert not exports.run(export.pk, export.version)
    export.refresh_from_db()
    assert (export.state, export.attempts) == (ExportState.READY, 2)


def test_a_lost_worker_is_followed_by_another_one_at_most_twice(recording: Recording) -> None:
    export = asked(recording)
    now = timezone.now()
    lost = exporting.LOST_AFTER + timedelta(seconds=1)

    def begin(times: int) -> Export | None:
        return exporting.begin_export(export_id=export.pk, version=1, now=now + times * lost)

    assert begin(0) is not None
    assert begin(0) is None  # the first one still works
    assert begin(1) is not None
    assert begin(2) is not None
    assert begin(3) is None
    export.refresh_from_db()
    assert export.state == ExportState.FAILED


def test_what_was_lost_is_queued_again(recording: Recording, at_once: None) -> None:
    tasks.queue_exports()
    assert Export.objects.get().state == ExportState.WAITING
    tasks.queue_exports()
    assert Export.objects.get().state == ExportState.WAITING  # its task may still come
    Export.objects.update(touched_at=timezone.now() - exporting.LOST_AFTER * 2)
    tasks.queue_exports()
    assert Export.objects.get().state == ExportState.READY


@pytest.mark.parametrize("late", ["deleted", "asked anew"])
def test_files_that_are_not_wanted_any_more_are_removed(
    recording: Recording, monkeypatch: pytest.MonkeyPatch, late: str
) -> None:
    export = asked(recording)
    make: Callable[..., int] = sound.export

    def slow(*args: object, **kwargs: object) -> int:
        length = make(*args, **kwargs)
        if late == "deleted":
            replays.delete_recording(public_id=recording.space.public_id, user=recording.space.host)
        else:
            asked(recording)
        return length

    monkeypatch.setattr(sound, "export", slow)
    exports.run(export.pk, export.version)
    assert not {name for name in names(recording) if name.startswith("sound-")}


def test_only_a_replay_is_exported() -> None:
    recording = made_recording(state=RecordingState.FAILED, stop_reason="no_sound")
    assert services.request_export(recording_id=recording.pk) is None
    assert services.request_export(recording_id=0) is None


# --- Chapters and captions ---


def say(recording: Recording, user: User, starts_ms: int, ends_ms: int, text: str) -> None:
    Utterance.objects.create(
        space=recording.space,
        speaker=user,
        start_ms=starts_ms,
        end_ms=ends_ms,
        text=text,
        state=UtteranceState.FINAL,
        finished_at=timezone.now(),
    )


@pytest.fixture
def talk() -> Recording:
    """Two minutes, of which the host cut ten seconds off the start. Two people talk, with captions."""
    recording = made_recording(seconds=120, cut_start_ms=10_000)
    ann, bob = UserFactory.create(display_name="Ann"), UserFactory.create(display_name="Bob")
    speak(recording.space, ann, 12_000, 60_000)
    speak(recording.space, bob, 62_000, 118_000)
    say(recording, ann, 2_000, 4_000, "Before the cut")
    say(recording, ann, 12_000, 14_000, "Good evening <all>")
    say(recording, bob, 62_500, 64_000, "Thank you")
    return recording


def test_chapters_are_titled_by_speaker_and_first_words(talk: Recording) -> None:
    assert [(chapter.starts_ms, chapter.title) for chapter in chapters_of(talk)] == [
        (0, "Ann: Good evening <all>"),
        (52_000, "Bob: Thank you"),
    ]


def test_captions_are_on_the_clock_of_the_replay(talk: Recording, client: Client) -> None:
    path = reverse("replay_captions", kwargs={"public_id": talk.space.public_id, "ending": "vtt"})
    answer = client.get(path)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/vtt; charset=utf-8")
    assert answer["Access-Control-Allow-Origin"] == "*"
    text = answer.content.decode()
    assert "00:00:02.000 --> " in text
    assert "00:00:52.500 --> " in text
    assert "Before the cut" not in text
    assert "Good evening &lt;all&gt;" in text
    assert client.get(path, headers={"If-None-Match": answer["ETag"]}).status_code == 304


def test_chapters_are_a_file(talk: Recording, client: Client) -> None:
    answer = client.get(reverse("replay_chapters", args=[talk.space.public_id]))
    assert answer["Content-Type"] == "application/json+chapters"
    assert [one["startTime"] for one in answer.json()["chapters"]] == [0, 52]


# --- Downloads ---


def file_url(recording: Recording, version: int, kind: str) -> str:
    return reverse("replay_file", kwargs={"public_id": recording.space.public_id, "version": version, "kind": kind})


def test_the_files_are_served_in_parts_under_a_title(recording: Recording, client: Client) -> None:
    export = made(recording)
    answer = client.get(file_url(recording, 1, "mp3") + "?download=1")
    assert (answer.status_code, answer["Content-Type"]) == (200, "audio/mpeg")
    assert answer["Content-Length"] == str(export.mp3_bytes)
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    assert answer["Content-Disposition"].rstrip('"').endswith(".mp3")
    part = client.get(file_url(recording, 1, "m4a"), headers={"Range": "bytes=0-9"})
    assert (part.status_code, part["Content-Type"], part["Content-Length"]) == (206, "audio/x-m4a", "10")
    assert client.head(file_url(recording, 1, "mp3"))["Content-Length"] == str(export.mp3_bytes)


def test_an_old_address_leads_to_the_present_file(recording: Recording, client: Client) -> None:
    made(recording)
    made(recording)
    answer = client.get(file_url(recording, 1, "mp3"))
    assert (answer.status_code, answer["Location"]) == (302, file_url(recording, 2, "mp3"))


def test_before_there_are_files_there_is_nothing_to_download(recording: Recording, client: Client) -> None:
    asked(recording)
    assert client.get(file_url(recording, 1, "mp3")).status_code == 404


@pytest.mark.parametrize("hides", ["hidden", "deleted", "locked"])
def test_who_may_not_hear_it_downloads_nothing(recording: Recording, client: Client, hides: str) -> None:
    made(recording)
    if hides == "locked":
        type(recording.space).objects.update(locked=True)
    else:
        fields = {"visible": False} if hides == "hidden" else {"state": "deleted", "deleted_at": timezone.now()}
        Recording.objects.update(**fields)
    public_id = recording.space.public_id
    captions = reverse("replay_captions", kwargs={"public_id": public_id, "ending": "vtt"})
    for path in (file_url(recording, 1, "mp3"), captions, reverse("replay_chapters", args=[public_id])):
        assert client.get(path).status_code in (403, 404), path


def test_the_host_gets_all_of_it_in_one_archive(talk: Recording, client: Client) -> None:
    write_tone(talk.home / REPLAY, seconds=120, starts=12, ends=118)
    made(talk)
    path = reverse("replay_archive", args=[talk.space.public_id])
    assert client.get(path).status_code == 302  # to the log-in
    client.force_login(UserFactory.create())
    assert client.get(path).status_code == 404
    client.force_login(talk.space.host)
    answer = client.get(path)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    archives = list(talk.home.glob("all-*.zip"))
    assert len(archives) == 1
    with zipfile.ZipFile(BytesIO(archives[0].read_bytes())) as archive:
        assert set(archive.namelist()) == {
            "replay.m4a", "replay.mp3", "captions.vtt", "captions.srt", "chapters.json",
        }  # fmt: skip
        assert archive.testzip() is None
    Utterance.objects.filter(text="Thank you").delete()
    client.get(path)
    [archive_now] = talk.home.glob("all-*.zip")
    assert archive_now not in archives


def test_the_page_shows_how_far_the_files_are(recording: Recording, client: Client) -> None:
    client.force_login(recording.space.host)
    export = asked(recording)
    running = exporting.begin_export(export_id=export.pk, version=1, now=timezone.now())
    assert running is not None
    exporting.note_progress(export=running, percent=40)
    line = reverse("recording_files", args=[recording.space.public_id])
    assert 'value="40"' in client.get(line).content.decode()
    assert exporting.finish_export(export=running, duration_ms=1, m4a_bytes=2, mp3_bytes=3, size=5)
    shown = client.get(line).content.decode()
    assert "sound-1.m4a" in shown
    assert "hx-get" not in shown
