"""The sound of a recording that goes on, for listeners who came late: who may have it, and what goes with it."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.services import block_user
from captions.models import Utterance
from captions.states import UtteranceState
from spaces import services
from spaces.events.wire import space_info
from spaces.models import LogEntry, Recording, Space, Stretch
from spaces.recordings.files import PLAYLIST, SOUND
from spaces.services import replays
from spaces.states import LogKind, RecordingState
from spaces_project.common.errors import Conflict, Refused
from tests.factories import UserFactory
from tests.recordings.made import speak
from tests.spaces.scene import Scene

LIST = "#EXTM3U\n#EXT-X-PLAYLIST-TYPE:EVENT\n"


@pytest.fixture
def recorded(scene: Scene, recordings_dir: Path) -> Scene:
    """A live Space of which half a minute is recorded."""
    Space.objects.update(started_at=timezone.now() - timedelta(minutes=1))
    services.start_recording(public_id=scene.id, user=scene.host)
    recording = Recording.objects.get()
    Recording.objects.update(duration_ms=30_000)
    recording.stretches.update(starts_ms=5_000)
    recording.home.mkdir(parents=True)
    (recording.home / PLAYLIST).write_text(LIST)
    (recording.home / SOUND).write_bytes(bytes(range(200)))
    return scene


def now(scene: Scene) -> Space:
    return Space.objects.get(pk=scene.space.pk)


def address(scene: Scene, name: str = "replay_so_far") -> str:
    return reverse(name, args=[scene.id])


def status(client: Client, scene: Scene) -> int:
    statuses = {client.head(address(scene, name)).status_code for name in ("replay_so_far", "replay_so_far_sound")}
    statuses.add(client.get(address(scene, "replay_so_far_data")).status_code)
    [same] = statuses
    return same


def test_every_reader_of_the_space_may_start_from_its_beginning(recorded: Scene, client: Client) -> None:
    assert status(client, recorded) == 200
    playlist = client.get(address(recorded))
    assert playlist["Content-Type"] == "application/vnd.apple.mpegurl"
    assert playlist["Cache-Control"] == "private, no-cache"
    for user in (recorded.host, recorded.listener, UserFactory.create()):
        client.force_login(user)
        assert status(client, recorded) == 200


def test_a_part_is_served_and_the_end_of_the_list_is_known_by_416(recorded: Scene, client: Client) -> None:
    part = client.get(address(recorded, "replay_so_far_sound"), headers={"Range": "bytes=10-19"})
    assert (part.status_code, part["Content-Range"]) == (206, "bytes 10-19/200")
    assert client.get(address(recorded), headers={"Range": f"bytes={len(LIST)}-"}).status_code == 416


def test_nginx_sends_it_if_the_site_says_so(recorded: Scene, client: Client, settings: Any) -> None:
    settings.RECORDINGS_REDIRECT = "/recordings"
    answer = client.get(address(recorded, "replay_so_far_sound"))
    assert answer["X-Accel-Redirect"] == f"/recordings/{Recording.objects.get().directory}/{SOUND}"
    assert answer.content == b""


def test_who_may_not_be_in_the_space_hears_nothing_of_it(recorded: Scene, client: Client) -> None:
    blocked = UserFactory.create()
    block_user(blocker=recorded.host, blocked=blocked)
    for user in (recorded.removed, blocked):
        client.force_login(user)
        assert status(client, recorded) == 404
    Space.objects.update(locked=True)
    client.force_login(UserFactory.create())
    assert status(client, recorded) == 404


def test_the_host_decides_while_it_goes_on(recorded: Scene, client: Client) -> None:
    services.show_live_recording(public_id=recorded.id, user=recorded.host, visible=False)
    client.force_login(recorded.listener)
    assert status(client, recorded) == 404
    client.force_login(recorded.host)
    assert status(client, recorded) == 200
    services.show_live_recording(public_id=recorded.id, user=recorded.host, visible=True)
    client.force_login(recorded.listener)
    assert status(client, recorded) == 200
    kinds = [entry.reason for entry in LogEntry.objects.filter(kind=LogKind.RECORDING_CHANGED)]
    assert sorted(kinds) == ["hidden", "shown"]


def test_pages_are_told_whether_it_is_offered(recorded: Scene, told: Any) -> None:
    assert space_info(now(recorded)).from_start
    news = told(services.show_live_recording, public_id=recorded.id, user=recorded.host, visible=False)
    assert "from_start" not in news.only("space.changed")["space"]
    assert told(services.show_live_recording, public_id=recorded.id, user=recorded.host, visible=False) == []
    news = told(replays.show_recording, public_id=recorded.id, user=recorded.host, visible=True)
    assert news.only("space.changed")["space"]["from_start"]
    services.stop_recording(public_id=recorded.id, user=recorded.host)
    assert not space_info(now(recorded)).from_start


def test_only_the_host_decides_and_only_while_it_is_recorded(recorded: Scene) -> None:
    with pytest.raises(Refused):
        services.show_live_recording(public_id=recorded.id, user=recorded.cohost, visible=False)
    services.stop_recording(public_id=recorded.id, user=recorded.host)
    with pytest.raises(Conflict, match="not being recorded"):
        services.show_live_recording(public_id=recorded.id, user=recorded.host, visible=False)


@pytest.mark.parametrize("state", [RecordingState.READY, RecordingState.DELETED, RecordingState.FAILED])
def test_a_finished_recording_is_a_replay_which_may_be_cut(recorded: Scene, client: Client, state: str) -> None:
    at = timezone.now()
    Recording.objects.update(state=state, ready_at=at, deleted_at=at, stop_reason="host")
    client.force_login(recorded.host)
    assert status(client, recorded) == 404


def test_nothing_is_there_before_the_first_segment(recorded: Scene, client: Client) -> None:
    (Recording.objects.get().home / PLAYLIST).unlink()
    assert client.get(address(recorded)).status_code == 404


def said(scene: Scene, at: int) -> None:
    Utterance.objects.create(
        space=scene.space,
        speaker=scene.host,
        text=f"at {at}",
        start_ms=at,
        end_ms=at + 500,
        state=UtteranceState.FINAL,
        finished_at=timezone.now(),
    )


def test_what_was_said_and_who_talked_is_on_the_clock_of_the_sound(recorded: Scene, client: Client) -> None:
    for at in (2_000, 7_000, 20_000):
        said(recorded, at)
        speak(recorded.space, recorded.host, at, at + 1_000)

    def found(**query: int) -> Any:
        return json.loads(client.get(address(recorded, "replay_so_far_data"), query).content)

    everything = found()
    assert everything["duration_ms"] == 30_000
    assert [(line["text"], line["starts_ms"]) for line in everything["lines"]] == [
        ("at 7000", 2_000),
        ("at 20000", 15_000),
    ]
    assert [(turn["starts_ms"], turn["ends_ms"]) for turn in everything["turns"]] == [(2_000, 3_000), (15_000, 16_000)]
    later = found(**{"from": 10_000})
    assert [line["text"] for line in later["lines"]] == ["at 20000"]
    assert [turn["starts_ms"] for turn in later["turns"]] == [15_000]
    assert msgspec.json.encode(later)
    Stretch.objects.update(ends_ms=10_000)
    assert [line["text"] for line in found()["lines"]] == ["at 7000"]
