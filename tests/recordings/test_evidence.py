"""What moderators hear of a recorded Space: the sound around the moment of a report."""

import logging
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from spaces.models import Recording, Report
from spaces.recordings import excerpt
from spaces.recordings.sound_writer import SoundWriter
from spaces.states import RecordingState
from tests.recordings.captures import decoded, pitch, tone
from tests.recordings.made import made_recording
from tests.spaces.moderators import moderator
from tests.support.opus import RATE

pytestmark = pytest.mark.django_db

LOW, HIGH = 440, 1_000
MINUTES = 8


@pytest.fixture
def recording(settings: Settings, tmp_path: Path) -> Recording:
    """Eight minutes: a low tone for the first four, a high one afterwards, and not finished yet."""
    settings.RECORDINGS_DIR = tmp_path
    made = made_recording(seconds=MINUTES * 60, with_files=False)
    writer = SoundWriter(made.home)
    minute = {hertz: tone(hertz, 60).astype("float32") / 32_768 for hertz in (LOW, HIGH)}
    for number in range(MINUTES):
        writer.write(number * 60 * RATE, minute[LOW if number < MINUTES / 2 else HIGH])
    return made


def reported(recording: Recording, *, minute: float) -> Report:
    return Report.objects.create(
        space=recording.space, subject="space", reason="abuse", clock_ms=int(minute * 60_000), reporter=None
    )


def hear(user: Any, report: Report) -> Any:
    client = Client()
    client.force_login(user)
    return client.get(reverse("admin:spaces_report_sound", args=[report.pk]))


def test_two_minutes_before_and_after(recording: Recording, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    report = reported(recording, minute=4)
    with caplog.at_level(logging.INFO, logger="spaces.security"):
        answer = hear(moderator(), report)
    (tmp_path / "heard.m4a").write_bytes(answer.content)
    sound = decoded(tmp_path / "heard.m4a")
    assert len(sound) / RATE == pytest.approx(240, abs=5)
    assert [round(pitch(sound[second * RATE :][: RATE // 10]), -1) for second in (1, 115, 125, 235)] == [
        LOW,
        LOW,
        HIGH,
        HIGH,
    ]
    assert f"report={report.pk}" in caplog.text


def test_what_the_host_cut_off_or_deleted_is_heard_while_it_is_held(recording: Recording) -> None:
    Recording.objects.filter(pk=recording.pk).update(
        cut_start_ms=300_000, state=RecordingState.DELETED, deleted_at=recording.created_at
    )
    assert hear(moderator(), reported(recording, minute=1)).status_code == 200


def test_a_moment_that_was_not_recorded_has_no_sound(recording: Recording) -> None:
    assert hear(moderator(), reported(recording, minute=20)).status_code == 404
    Recording.objects.filter(pk=recording.pk).update(files_gone_at=recording.created_at)
    assert hear(moderator(), reported(recording, minute=1)).status_code == 404


def test_the_case_offers_the_sound_where_there_is_some(recording: Recording) -> None:
    client = Client()
    client.force_login(moderator())
    with_sound, without = reported(recording, minute=1), reported(recording, minute=20)
    pages = [
        client.get(reverse("admin:spaces_report_change", args=[report.pk])).text for report in (with_sound, without)
    ]
    assert ["<audio" in page for page in pages] == [True, False]


def test_an_excerpt_takes_no_longer_for_a_long_recording(recording: Recording) -> None:
    """Only the segments around the moment are read."""
    whole = (recording.home / "sound.mp4").stat().st_size
    piece = excerpt.around(recording, 0)
    assert piece is not None
    assert len(piece) < whole / 3
