"""The recording of a Space for programs: its state, files, turns and chapters, for those who may see it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Block, User
from spaces.models import Clip, Recording, SpokenTurn
from spaces.recordings.files import REPLAY
from spaces.states import ExportState, RecordingState
from tests.api.conftest import Program
from tests.factories import UserFactory
from tests.support.replays import silent_replay

pytestmark = [pytest.mark.django_db, pytest.mark.redis]


JSON = "application/json"
Asked = Callable[[User], Any]


@pytest.fixture
def recording(settings: Any, tmp_path: Path) -> Recording:
    """Sixty seconds, of which the host cut off the first ten."""
    settings.RECORDINGS_DIR = tmp_path
    recording = silent_replay(seconds=60)
    Recording.objects.update(cut_start_ms=10_000)
    recording.home.mkdir()
    (recording.home / REPLAY).write_bytes(b"sound")
    return recording


@pytest.fixture
def asked(recording: Recording, program: Program) -> Asked:
    return lambda user: program(user).get(f"/api/v1/spaces/{recording.space.public_id}/recording")


def test_a_program_reads_the_files_turns_and_chapters(recording: Recording, asked: Asked, settings: Any) -> None:
    host = recording.space.host
    SpokenTurn.objects.create(space=recording.space, user=host, starts_ms=5_000, ends_ms=40_000)
    found = asked(host).json()
    assert asked(UserFactory.create()).json()["starts_ms"] == 0  # others than the host get a file that is cut
    assert found == {
        "state": "ready",
        "title": recording.space.title,
        "visible": True,
        "clips_allowed": False,
        "duration_ms": 50_000,
        "starts_ms": 10_000,
        "files": [
            {
                "type": "audio/mp4",
                "url": f"{settings.PUBLIC_ORIGIN}/i/spaces/{recording.space.public_id}/replay/sound",
                "bytes": 5,
            }
        ],
        "turns": [{"user_id": str(host.pk), "starts_ms": 0, "ends_ms": 30_000}],
        "chapters": [{"starts_ms": 0, "title": host.name}],
    }


def test_a_recording_that_goes_on_has_no_files_yet(recording: Recording, asked: Asked) -> None:
    Recording.objects.update(state=RecordingState.RECORDING, ready_at=None)
    found = asked(recording.space.host).json()
    assert (found["state"], found["files"]) == ("recording", [])


def test_who_may_not_see_it_finds_none(recording: Recording, asked: Asked) -> None:
    host, blocked, stranger = recording.space.host, UserFactory.create(), UserFactory.create()
    Block.objects.create(blocker=host, blocked=blocked)
    assert asked(blocked).status_code == 404
    Recording.objects.update(visible=False)
    assert asked(stranger).status_code == 404
    assert asked(host).json()["visible"] is False
    Recording.objects.update(state=RecordingState.DELETED, deleted_at=recording.created_at)
    assert asked(host).status_code == 404


# --- Clips ------------------------------------------------------------------------------------------------------------


def test_a_program_makes_reads_lists_and_deletes_a_clip(recording: Recording, program: Program, settings: Any) -> None:
    host, space_id = program(recording.space.host), recording.space.public_id
    clips = f"/api/v1/spaces/{space_id}/clips"
    assert (
        host.put(f"/api/v1/spaces/{space_id}/recording/clips_allowed", {"clips_allowed": True}, JSON).status_code == 204
    )
    member = program(UserFactory.create())
    answer = member.post(clips, {"start_ms": 5_000, "end_ms": 25_000, "title": "Tea"}, JSON)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["state"], made["title"], made["start_ms"], made["duration_ms"]) == ("waiting", "Tea", 5_000, 20_000)
    assert "sound" not in made and host.get(clips).json() == {"data": []}
    assert member.post(clips, {"start_ms": 5_000, "end_ms": 6_000}, JSON).status_code == 400

    Clip.objects.update(state=ExportState.READY, bytes=1)
    one = f"/api/v1/clips/{made['id']}"
    found = member.get(one).json()
    assert found["sound"] == f"{settings.PUBLIC_ORIGIN}/i/clips/{made['id']}/sound.m4a"
    assert host.get(clips).json() == {"data": [found]}
    report = {"clip_id": made["id"], "reason": "spam"}
    assert host.post("/api/v1/reports", report, JSON).json()["subject"] == "clip"
    assert program(UserFactory.create()).delete(one).status_code == 404
    assert member.delete(one).status_code == 204
    assert member.get(one).status_code == 404
