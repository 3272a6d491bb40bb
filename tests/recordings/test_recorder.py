"""The recorder with files as the gateway writes them: from a recorded Space to its replay."""

import asyncio
import errno
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.utils import timezone
from pytest_django import Settings

from spaces import events, services
from spaces.models import Incarnation, Recording, Space, SpokenTurn
from spaces.recordings import files
from spaces.recordings.recorder import Recorder
from spaces.states import RecordingState, SpaceState, StopReason
from spaces_project.common.store import store
from tests.recordings.captures import capture, decoded, pitch, tone, write
from tests.spaces.scene import Scene
from tests.support.opus import RATE
from tests.support.waiting import until

pytestmark = [pytest.mark.redis, pytest.mark.django_db(transaction=True)]

LOW, HIGH = 440, 1_000


@pytest.fixture(autouse=True)
def _place_for_files(settings: Settings, tmp_path: Any) -> None:
    settings.RECORDINGS_DIR = tmp_path


@pytest.fixture
def scene() -> Scene:
    """A Space that has been recorded for ten seconds."""
    made = Scene()
    began = timezone.now() - timedelta(seconds=10)
    made.space.started_at = began
    made.space.save(update_fields=["started_at"])
    services.start_recording(public_id=made.id, user=made.host)
    Recording.objects.get().stretches.update(starts_ms=0)
    return made


def captured(scene: Scene, frequency: float, *, at: float, seconds: float, name: str = "a.mjr") -> None:
    recording = Recording.objects.get()
    began = (scene.space.started_at or timezone.now()) + timedelta(seconds=at)
    write(recording.capture_home, name, capture(tone(frequency, seconds), began))


def running(*steps: Callable[[], Awaitable[None]], recorders: int = 1) -> None:
    """Run the steps while recorders work."""

    async def run() -> None:
        tasks = [asyncio.create_task(Recorder().run()) for _ in range(recorders)]
        try:
            for step in steps:
                await step()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async_to_sync(run)()


def state() -> RecordingState:
    return RecordingState(Recording.objects.get().state)


def test_a_space_that_ends_has_a_replay(scene: Scene) -> None:
    captured(scene, LOW, at=1, seconds=8)

    async def packed() -> None:
        await until(lambda: Recording.objects.get().duration_ms > 5_000)

    async def ends() -> None:
        await sync_to_async(services.end_space)(public_id=scene.id, user=scene.host)
        await until(lambda: state() == RecordingState.READY, within=10)

    running(packed, ends)
    recording = Recording.objects.get()
    length = recording.space.clock(recording.space.ended_at or timezone.now())
    assert recording.duration_ms == pytest.approx(length / timedelta(milliseconds=1), abs=25)
    sound = decoded(recording.home / files.REPLAY)
    heard = [round(pitch(sound[int(at * RATE) :][: RATE // 10]), -1) for at in (0.5, 1.1, 8.8, 9.3)]
    assert heard == [0, LOW, LOW, 0]
    incarnation = Incarnation.objects.get()
    assert incarnation.name == "a.mjr"
    assert 399 <= incarnation.packets <= 402
    assert incarnation.starts_ms == pytest.approx(1_000, abs=2)
    assert recording.bytes > incarnation.bytes > 0


def test_a_space_without_any_sound_says_so(scene: Scene) -> None:
    services.end_space(public_id=scene.id, user=scene.host)

    async def failed() -> None:
        await until(lambda: state() == RecordingState.FAILED)

    running(failed)
    assert Recording.objects.get().stop_reason == StopReason.NO_SOUND


def test_who_talks_is_stored_as_turns(scene: Scene) -> None:
    captured(scene, LOW, at=0, seconds=9)
    channel = events.space_channel(scene.id)

    def talks(*people: int) -> None:
        user_ids = [str(person) for person in people]
        events.publish(channel, events.to_everyone(events.Talking(user_ids=user_ids)))

    async def turns() -> None:
        await until(lambda: Recording.objects.get().duration_ms > 0)
        await sync_to_async(talks)(scene.speaker.pk)
        await until(lambda: SpokenTurn.objects.count() == 1)
        await sync_to_async(talks)(scene.speaker.pk, scene.host.pk)
        await until(lambda: SpokenTurn.objects.count() == 2)
        await sync_to_async(talks)(scene.host.pk)
        await until(lambda: SpokenTurn.objects.exclude(ends_ms=None).count() == 1)

    async def ends() -> None:
        await sync_to_async(services.end_space)(public_id=scene.id, user=scene.host)
        await until(lambda: state() == RecordingState.READY)

    running(turns, ends)
    speaker, host = SpokenTurn.objects.order_by("starts_ms")
    assert (speaker.user, host.user) == (scene.speaker, scene.host)
    assert speaker.starts_ms < host.starts_ms <= (speaker.ends_ms or 0) < (host.ends_ms or 0)


def test_two_recorders_make_one_sound(scene: Scene) -> None:
    captured(scene, LOW, at=0, seconds=9)

    async def packed() -> None:
        await until(lambda: Recording.objects.get().duration_ms > 5_000)

    running(packed, recorders=2)
    assert Recording.objects.get().epoch == 1


def test_the_next_recorder_goes_on_where_the_last_one_stopped(scene: Scene) -> None:
    captured(scene, LOW, at=0, seconds=9)

    async def packed() -> None:
        await until(lambda: Recording.objects.get().duration_ms > 5_000)

    async def ends() -> None:
        await sync_to_async(services.end_space)(public_id=scene.id, user=scene.host)
        await until(lambda: state() == RecordingState.READY)

    running(packed)
    running(ends)
    assert Recording.objects.get().epoch == 2
    sound = decoded(Recording.objects.get().home / files.REPLAY)
    assert {round(pitch(sound[at * RATE // 2 :][: RATE // 10]), -1) for at in range(1, 17)} == {LOW}


def test_a_recorder_that_lost_its_lease_is_refused(scene: Scene) -> None:
    recording = Recording.objects.get()
    old = services.take_over(recording)
    services.take_over(recording)
    told = {"epoch": old, "duration_ms": 1, "size": 1}
    with pytest.raises(services.RecorderReplaced):
        services.store_progress(recording.pk, incarnations=[], **told)
    with pytest.raises(services.RecorderReplaced):
        services.finish_recording(recording.pk, **told)


@pytest.mark.fault("A16")
@pytest.mark.parametrize(("number", "reason"), [(errno.ENOSPC, StopReason.DISK_FULL), (errno.EIO, "not_writable")])
def test_a_disk_that_takes_no_more_stops_the_recording_and_not_the_space(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, number: int, reason: str
) -> None:
    captured(scene, LOW, at=0, seconds=9)

    def full(*args: Any, **kwargs: Any) -> None:
        raise OSError(number, "the disk takes no more")

    monkeypatch.setattr("spaces.recordings.sound_writer.SoundWriter._store", full)

    async def stopped() -> None:
        await until(lambda: state() == RecordingState.PAUSED)

    running(stopped)
    scene.space.refresh_from_db()
    assert (Recording.objects.get().stop_reason, scene.space.is_live, scene.space.is_recorded) == (reason, True, False)


def test_a_host_without_room_is_told_and_what_there_is_stays(scene: Scene, settings: Settings) -> None:
    settings.RECORDINGS_QUOTA_MB = 1
    captured(scene, LOW, at=0, seconds=9)
    earlier = Scene(state=SpaceState.ENDED)
    Recording.objects.create(space=earlier.space, bytes=2_000_000)
    Space.objects.filter(pk=earlier.space.pk).update(host=scene.host)

    async def stopped() -> None:
        await until(lambda: Recording.objects.get(space=scene.space).state == RecordingState.PAUSED)
        await until(lambda: Recording.objects.get(space=scene.space).duration_ms > 5_000)

    running(stopped)
    assert Recording.objects.get(space=scene.space).stop_reason == StopReason.QUOTA


@pytest.mark.fault("A17")
def test_a_place_that_cannot_be_written_stops_the_recording_with_the_reason(
    scene: Scene, settings: Settings, tmp_path: Any
) -> None:
    (tmp_path / "a file").touch()
    settings.RECORDINGS_DIR = tmp_path / "a file"

    async def stopped() -> None:
        await until(lambda: state() == RecordingState.PAUSED)

    running(stopped)
    assert Recording.objects.get().stop_reason == StopReason.NOT_WRITABLE


def test_a_recording_of_a_space_that_is_over_is_found_after_redis_forgot(scene: Scene) -> None:
    captured(scene, HIGH, at=0, seconds=3)
    services.end_space(public_id=scene.id, user=scene.host)
    store().flushdb()

    async def ready() -> None:
        await until(lambda: state() == RecordingState.READY)

    running(ready)
