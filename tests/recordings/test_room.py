from pathlib import Path

import pytest
from pytest_django import Settings

from spaces.recordings.room import MEGABYTE, obstacle, obstacle_to_recording
from spaces.states import RecordingState, StopReason
from tests.factories import UserFactory
from tests.recordings.made import made_recording

MB = MEGABYTE


@pytest.mark.parametrize(
    ("free", "used", "quota", "wanted"),
    [
        (5_000, 0, 100, None),
        (5_000, 99, 100, None),
        (5_000, 100, 100, StopReason.QUOTA),
        (5_000, 10_000, 0, None),
        (1_000, 0, 100, StopReason.DISK_FULL),
        (0, 100, 100, StopReason.DISK_FULL),
    ],
)
def test_recordings_leave_room(free: int, used: int, quota: int, wanted: StopReason | None) -> None:
    assert obstacle(free=free, used=used, least_free=1_000, quota=quota) == wanted


@pytest.mark.django_db
def test_a_host_has_a_quota_over_all_recordings(settings: Settings) -> None:
    settings.RECORDINGS_QUOTA_MB = 5
    host = UserFactory.create(followers_count=600)
    made_recording()
    going_on = made_recording(host=host, bytes=2 * MB, state=RecordingState.RECORDING)
    assert obstacle_to_recording(going_on) is None
    earlier = made_recording(host=host, bytes=3 * MB)
    assert obstacle_to_recording(going_on) == StopReason.QUOTA
    type(earlier).objects.filter(pk=earlier.pk).update(state=RecordingState.DELETED, deleted_at=earlier.created_at)
    assert obstacle_to_recording(going_on) is None


@pytest.mark.django_db
def test_a_disk_that_is_almost_full_ends_it(settings: Settings) -> None:
    settings.RECORDINGS_LEAST_FREE_MB = 10**12
    assert obstacle_to_recording(made_recording()) == StopReason.DISK_FULL


@pytest.mark.django_db
def test_a_place_that_is_no_directory_ends_it(settings: Settings, tmp_path: Path) -> None:
    recording = made_recording()
    (tmp_path / "file").write_text("")
    settings.RECORDINGS_DIR = tmp_path / "file"
    assert obstacle_to_recording(recording) == StopReason.NOT_WRITABLE
