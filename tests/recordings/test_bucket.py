"""Media in a bucket: what moves there, who is sent to it, what is deleted, and what happens while it is away."""

import io
import os
import shutil
import subprocess
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import Mock
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from django.conf import settings as site
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import User
from accounts.services import delete_user, set_avatar
from spaces.doors import tasks
from spaces.models import Clip, Export, Recording
from spaces.recordings import clips, downloads, exports, heard, keeping, removal
from spaces.recordings.files import REPLAY
from spaces.services import clips as clip_verbs
from spaces.services import replays
from spaces.states import ExportState
from spaces_project.common.errors import TryAgain
from spaces_project.media import bucket
from spaces_project.media.bucket import BucketAway
from spaces_project.media.models import StoredFile
from tests.factories import UserFactory
from tests.recordings.made import made_clip, made_recording
from tests.support.bucket import Bucket, running_server
from tests.support.processes import PYTHON, REPOSITORY
from tests.support.replays import Talk, write_tones
from timeline import services as timeline
from timeline.models import Fleet, Post, PostPicture

pytestmark = [pytest.mark.django_db, pytest.mark.redis]

Commits = DjangoCaptureOnCommitCallbacks
SOUND = bytes(range(256)) * 1_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_server(tmp_path_factory.mktemp("moto")) as address:
        yield address


@pytest.fixture
def store(server: str, settings: Settings, tmp_path: Path) -> Iterator[Bucket]:
    """A site whose media are in a bucket."""
    settings.MEDIA_ROOT = tmp_path / "media"
    made = Bucket(server)
    with made.used(site.STORAGES):
        yield made


@pytest.fixture
def recording(store: Bucket) -> Recording:
    recording = made_recording(seconds=60)
    (recording.home / REPLAY).write_bytes(SOUND)
    return recording


@pytest.fixture
def ada() -> User:
    return UserFactory.create(username="ada")


def picture() -> io.BytesIO:
    found = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(found, "PNG")
    found.seek(0)
    return found


def settled() -> None:
    """Let every file of the site be older than any work on it."""
    for root in (Path(site.MEDIA_ROOT), Path(site.RECORDINGS_DIR)):
        for path in root.rglob("*"):
            os.utime(path, (time.time() - 3_600,) * 2)


def moved() -> int:
    settled()
    return keeping.move_finished()


def asked(url: str, user: User | None = None, **headers: str) -> Any:
    client = Client()
    if user:
        client.force_login(user)
    return client.get(url, headers=headers)


def sound_of(recording: Recording) -> str:
    return reverse("replay_sound", args=[recording.space.public_id])


def body(address: str, **headers: str) -> tuple[int, bytes, Any]:
    with urlopen(Request(address, headers=headers)) as answer:
        return answer.status, answer.read(), answer.headers


# --- What moves -------------------------------------------------------------------------------------------------------


def test_finished_files_move_and_what_is_captured_stays(recording: Recording, store: Bucket) -> None:
    clip = made_clip(recording)
    (recording.home / "index.m3u8").write_text("#EXTM3U")
    (recording.home / "sound.mp4").write_bytes(b"so far")
    assert moved() == 3
    moved_to = [f"{recording.directory}/{REPLAY}", f"{recording.directory}/sound.mp4", f"clips/{clip.public_id}.m4a"]
    assert sorted(store.names()) == sorted(f"recordings/{name}" for name in moved_to)
    left = [path.name for path in Path(site.RECORDINGS_DIR).rglob("*") if path.is_file()]
    assert sorted(left) == ["1.mjr", "index.m3u8"]
    assert keeping.move_finished() == 0


def test_what_is_young_or_unfinished_or_worked_on_stays(recording: Recording, store: Bucket) -> None:
    assert keeping.move_finished() == 0
    (recording.home / ".replay-0011.m4a").write_bytes(b"half")
    export = Export.objects.create(recording=recording)
    assert moved() == 0
    Export.objects.filter(pk=export.pk).update(state=ExportState.FAILED)
    clip = made_clip(recording, state=ExportState.WAITING, bytes=0)
    assert moved() == 0
    Clip.objects.filter(pk=clip.pk).delete()
    assert moved() == 1
    assert [Path(name).name for name in store.names()] == [REPLAY]


def test_a_recording_that_goes_on_stays(store: Bucket) -> None:
    going_on = made_recording(state="recording", ready_at=None)
    assert moved() == 0
    assert (going_on.home / REPLAY).exists()


# --- Who is sent there ------------------------------------------------------------------------------------------------


def test_a_listener_is_sent_to_a_signed_address_that_takes_ranges(recording: Recording, store: Bucket) -> None:
    moved()
    answer = asked(sound_of(recording), UserFactory.create())
    assert (answer.status_code, answer["Cache-Control"]) == (302, "private, no-cache")
    address = answer["Location"]
    assert address.startswith(f"{store.endpoint}/{store.name}/recordings/")
    assert "X-Amz-Signature=" in address and f"X-Amz-Expires={site.S3_URL_SECONDS}" in address
    status, part, headers = body(address, Range="bytes=1000-1999")
    assert (status, part) == (206, SOUND[1000:2000])
    assert (headers["Content-Range"], headers["Content-Type"]) == ("bytes 1000-1999/256000", "audio/mp4")
    assert body(address)[1] == SOUND


def test_a_download_has_the_name_of_its_title(recording: Recording, store: Bucket) -> None:
    clip = made_clip(recording, title="Best of")
    moved()
    answer = asked(reverse("clip_sound", args=[clip.public_id]) + "?download=1")
    assert body(answer["Location"])[2]["Content-Disposition"] == 'attachment; filename="Best_of.m4a"'


def test_head_is_answered_here(recording: Recording, store: Bucket) -> None:
    moved()
    answer = Client().head(sound_of(recording))
    assert (answer.status_code, answer["Content-Length"], answer["Accept-Ranges"]) == (200, "256000", "bytes")


def test_who_may_not_hear_it_is_refused_before_an_address_is_made(
    recording: Recording, store: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved()
    Recording.objects.filter(pk=recording.pk).update(visible=False)
    signed = Mock(return_value="https://bucket.example/")
    monkeypatch.setattr(bucket, "signed_url", signed)
    assert asked(sound_of(recording), UserFactory.create()).status_code == 404
    assert not signed.called
    assert asked(sound_of(recording), recording.space.host)["Location"] == "https://bucket.example/"


def test_the_server_in_front_sends_what_is_here_and_the_bucket_the_rest(
    recording: Recording, store: Bucket, settings: Settings
) -> None:
    settings.RECORDINGS_REDIRECT = "/recordings"
    assert asked(sound_of(recording))["X-Accel-Redirect"] == f"/recordings/{recording.directory}/{REPLAY}"
    moved()
    answer = asked(sound_of(recording))
    assert answer.status_code == 302 and "X-Accel-Redirect" not in answer


def test_a_fleet_is_shown_while_it_lives(ada: User, store: Bucket) -> None:
    fleet = timeline.post_fleet(author=ada, image=picture())
    moved()
    answer = asked(f"/i/fleets/{fleet.pk}/image", ada)
    assert (answer.status_code, answer["Cache-Control"]) == (302, "private, no-cache")
    Fleet.objects.update(expires_at=timezone.now())
    assert asked(f"/i/fleets/{fleet.pk}/image", ada).status_code == 404


def test_pictures_of_a_protected_account_are_for_its_followers(ada: User, store: Bucket) -> None:
    post = timeline.create_post(author=ada, text="Look", pictures=[timeline.NewPicture(picture())])
    url = PostPicture.objects.get(post=post).get_absolute_url()
    assert moved() == 1
    assert body(asked(url)["Location"])[1][:4] == b"RIFF"
    User.objects.filter(pk=ada.pk).update(protected=True)
    assert asked(url, UserFactory.create()).status_code == 404
    assert asked(url, ada).status_code == 302


def test_avatars_keep_their_address_and_our_code_reads_them(ada: User, store: Bucket) -> None:
    set_avatar(user=ada, image=picture())
    address, name = ada.avatar.url, str(ada.avatar.name)
    assert moved() == 1
    assert not Path(ada.avatar.path).exists()
    assert ada.avatar.url == address and default_storage.exists(name)
    answer = Client().get(address)
    assert (answer.status_code, answer["Cache-Control"]) == (302, f"public, max-age={site.S3_URL_SECONDS // 2}")
    with ada.avatar.open("rb") as file:
        assert file.read() == body(answer["Location"])[1]
    for path in ("avatars/none.webp", "", "posts/a.webp"):
        assert Client().get(f"/media/{path}").status_code == 404


# --- Half an upload, and a bucket that is away ------------------------------------------------------------------------


def test_an_upload_that_comes_back_different_is_not_shown(
    recording: Recording, store: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(bucket, "_pieces", lambda key: iter([SOUND[:-1]]))
        assert moved() == 0
    assert (recording.home / REPLAY).read_bytes() == SOUND
    assert asked(sound_of(recording)).status_code == 200
    (recording.home / REPLAY).rename(recording.home / "elsewhere")
    assert asked(sound_of(recording)).status_code == 404
    (recording.home / "elsewhere").rename(recording.home / REPLAY)
    assert moved() == 1


def test_while_the_bucket_is_away_files_stay_here_and_are_served(recording: Recording, store: Bucket) -> None:
    with store.away(site.STORAGES):
        assert moved() == 0
        assert asked(sound_of(recording)).status_code == 200
    assert (recording.home / REPLAY).read_bytes() == SOUND
    assert moved() == 1
    assert not (recording.home / REPLAY).exists()


def test_a_file_that_cannot_be_read_keeps_no_other_here(
    recording: Recording, store: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    (recording.home / "sound.mp4").write_bytes(SOUND)
    keep = bucket.keep

    def broken_disk(path: Path, **options: Any) -> bool:
        if path.name == "sound.mp4":
            raise OSError("Input/output error")
        return keep(path, **options)

    monkeypatch.setattr(bucket, "keep", broken_disk)
    assert moved() == 1
    assert [Path(name).name for name in store.names()] == [REPLAY]


def test_work_on_a_sound_that_cannot_be_brought_back_is_tried_again(recording: Recording, store: Bucket) -> None:
    moved()
    with store.away(site.STORAGES):
        with pytest.raises(BucketAway) as caught:
            bucket.fetched(recording.home / REPLAY)
        assert isinstance(caught.value, TryAgain) and isinstance(caught.value, OSError)
        clip = made_clip(recording, with_file=False, state=ExportState.WAITING, bytes=0)
        assert clips.run(clip.pk) is True
    assert bucket.fetched(recording.home / REPLAY).read_bytes() == SOUND


# --- Deletion ---------------------------------------------------------------------------------------------------------


def test_a_deleted_recording_is_gone_at_once_and_its_objects_when_the_bucket_is_back(
    recording: Recording, store: Bucket, django_capture_on_commit_callbacks: Commits
) -> None:
    clip = made_clip(recording)
    moved()
    assert len(store.names()) == 2
    with store.away(site.STORAGES):
        with django_capture_on_commit_callbacks(execute=True):
            replays.delete_recording(public_id=recording.space.public_id, user=recording.space.host)
        removal.remove_files()
        assert asked(sound_of(recording), recording.space.host).status_code == 404
        assert asked(reverse("clip_sound", args=[clip.public_id])).status_code == 404
        assert bucket.delete_discarded() == 0
    assert len(store.names()) == 2
    tasks.delete_discarded_files()
    assert store.names() == [] and not StoredFile.objects.exists()
    assert not recording.home.exists()


def test_a_deleted_clip_takes_its_object_along(
    recording: Recording, store: Bucket, django_capture_on_commit_callbacks: Commits
) -> None:
    clip = made_clip(recording)
    moved()
    with django_capture_on_commit_callbacks(execute=True):
        clip_verbs.delete_clip(public_id=clip.public_id, user=recording.space.host)
    assert bucket.delete_discarded() == 1
    assert [Path(name).name for name in store.names()] == [REPLAY]


def test_a_deleted_account_leaves_nothing_in_the_bucket(
    ada: User, store: Bucket, django_capture_on_commit_callbacks: Commits
) -> None:
    set_avatar(user=ada, image=picture())
    timeline.create_post(author=ada, text="Look", pictures=[timeline.NewPicture(picture())])
    timeline.post_fleet(author=ada, image=picture())
    made_clip(made_recording(host=ada))
    assert moved() == 5
    with django_capture_on_commit_callbacks(execute=True):
        delete_user(user=ada)
    assert bucket.delete_discarded() == 5
    assert store.names() == []


def test_a_file_that_is_deleted_while_it_is_uploaded_does_not_stay(
    ada: User, store: Bucket, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Commits
) -> None:
    timeline.create_post(author=ada, text="Look", pictures=[timeline.NewPicture(picture())])
    upload = bucket._upload

    def deleted_meanwhile(*arguments: Any) -> None:
        upload(*arguments)
        with django_capture_on_commit_callbacks(execute=True):
            Post.objects.all().delete()
        assert bucket.delete_discarded() == 0  # its upload is not over

    monkeypatch.setattr(bucket, "_upload", deleted_meanwhile)
    assert moved() == 0
    assert len(store.names()) == 1
    assert bucket.delete_discarded() == 1
    assert store.names() == []


def test_a_replay_that_is_deleted_before_its_upload_is_not_uploaded(recording: Recording, store: Bucket) -> None:
    settled()
    path = recording.home / REPLAY
    assert bucket.keep(path, is_wanted=lambda: False) is False
    assert path.exists() and store.names() == []
    assert bucket.delete_discarded() == 1


def test_two_workers_move_a_file_once(recording: Recording, store: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    settled()
    path, upload = recording.home / REPLAY, bucket._upload

    def other_worker_too(*arguments: Any) -> None:
        assert bucket.keep(path) is False
        upload(*arguments)

    monkeypatch.setattr(bucket, "_upload", other_worker_too)
    assert bucket.keep(path) is True
    assert bucket.keep(path) is False  # it has gone
    assert asked(sound_of(recording)).status_code == 302


# --- Work on what is there --------------------------------------------------------------------------------------------


@pytest.fixture
def tones(store: Bucket) -> Recording:
    """A replay with a sound that can be decoded, whose end the host has cut off."""
    recording = made_recording(seconds=20, cut_end_ms=15_000)
    write_tones(recording.home / REPLAY, [Talk(recording.space.host, 440, 0, 20_000)], seconds=20)
    return recording


def test_a_cut_and_the_downloads_are_made_of_a_sound_that_is_brought_back(tones: Recording, store: Bucket) -> None:
    moved()
    cut = heard.heard_by(tones, None)
    assert heard.prepared(tones, cut).exists()
    export = Export.objects.create(recording=tones)
    assert exports.run(export.pk, export.version) is False
    tones.refresh_from_db()
    before = tones.bytes
    assert moved() == 4  # the sound that was brought back, the cut, M4A and MP3
    assert sum(bucket.sizes_below(tones.home).values()) == before
    listener = asked(reverse("replay_file", kwargs={"public_id": tones.space.public_id, "version": 1, "kind": "mp3"}))
    assert body(listener["Location"])[2]["Content-Type"] == "audio/mpeg"
    assert asked(sound_of(tones)).status_code == 302
    # Another title: the files are made anew, and the earlier ones go.
    Export.objects.filter(pk=export.pk).update(version=2, state=ExportState.WAITING)
    assert exports.run(export.pk, 2) is False
    assert bucket.delete_discarded() == 2
    assert moved() == 3
    left = {"replay-0-15000.m4a", REPLAY, "sound-2.m4a", "sound-2.mp3"}
    assert {Path(name).name for name in store.names()} == left


def test_a_machine_that_is_new_makes_a_cut_and_an_archive(tones: Recording, store: Bucket) -> None:
    export = Export.objects.create(recording=tones)
    assert exports.run(export.pk, export.version) is False
    moved()
    shutil.rmtree(site.RECORDINGS_DIR)
    assert heard.prepared(tones, heard.heard_by(tones, None)).exists()
    shutil.rmtree(site.RECORDINGS_DIR)
    host = tones.space.host
    _, name = downloads.archive_for(public_id=tones.space.public_id, user=host)
    with zipfile.ZipFile(tones.home / name) as archive:
        assert {"replay.m4a", "replay.mp3"} < set(archive.namelist())


# --- The operator -----------------------------------------------------------------------------------------------------


def test_the_probe_says_what_is_wrong(store: Bucket) -> None:
    assert bucket.problem() == ""
    assert store.names() == []
    with store.away(site.STORAGES):
        assert "Could not connect" in bucket.problem()
    store.name = "not-there"
    with store.used(site.STORAGES):
        assert "NoSuchBucket" in bucket.problem()


def test_an_address_is_for_one_file(recording: Recording, store: Bucket) -> None:
    moved()
    address = asked(sound_of(recording))["Location"]
    with pytest.raises(HTTPError):
        body(address.replace(REPLAY, "other.m4a"))


PROGRAM = """
import sys, django
django.setup()
from django.conf import settings
import spaces_project.asgi, spaces_project.celery
print(sorted(settings.STORAGES), sorted({"boto3", "botocore", "storages"} & set(sys.modules)))
print(settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["media-src"][-1])
"""


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "['default', 'staticfiles'] []\nmediastream:\n"),
        (
            {"S3_BUCKET": "media", "S3_ENDPOINT": "https://s3.example/"},
            "['bucket', 'default', 'staticfiles'] ['boto3', 'botocore']\nhttps://s3.example\n",
        ),
    ],
)
def test_a_site_without_a_bucket_loads_none_of_its_libraries(environment: dict[str, str], said: str) -> None:
    command, here = [PYTHON, "-c", PROGRAM], {**os.environ, **environment}
    done = subprocess.run(command, cwd=REPOSITORY, env=here, capture_output=True, text=True, check=False)
    assert done.stdout == said, done.stderr
