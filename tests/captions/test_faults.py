"""kill -9 of the worker in the middle of a job, of Redis, and of the ingest in the middle of an utterance: what was
finished stays, what was running is done once, and nothing appears twice. Each is the real process of the Procfile."""

import asyncio
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.db import connection

from captions import interim_audio, services, tasks
from captions.models import Track, Utterance, UtteranceAudio
from captions.states import UtteranceState
from spaces_project.common.threads import in_thread
from tests.audio.fixtures import gateway, gateway_process
from tests.captions.conftest import finish
from tests.captions.room import Room, has_lanes, room
from tests.spaces.scene import Scene
from tests.support.processes import REPOSITORY, Child
from tests.support.redis import RedisServer
from tests.support.voice import spoken
from tests.support.waiting import until

__all__ = ["gateway", "gateway_process", "room"]

pytestmark = [
    pytest.mark.usefixtures("speech_model"),
    pytest.mark.redis,
    pytest.mark.slow,
    pytest.mark.timeout(400),
    pytest.mark.django_db(transaction=True),
]

STARTS_WITHIN = 120.0
"""Seconds; a worker takes three of them on a quiet machine."""
DONE_WITHIN = 90.0
LONG_TEXT = "the weather is very good today and we will go to the park with the children " * 3


Start = Callable[[str], Child]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """`start("speech")`: this line of the Procfile, on the database, the Redis and the gateway of the test."""
    with ExitStack() as stack:

        def begin(part: str) -> Child:
            line = dict(
                re.findall(r"^(\w+): deploy/respawn (.+)$", (REPOSITORY / "Procfile").read_text(), re.MULTILINE)
            )
            database = {"DATABASE_URL": f"sqlite:///{connection.settings_dict['NAME']}"}
            child = Child(["bash", "-c", f"exec {line[part]}"], log=tmp_path / f"{part}.log", env=database)
            stack.callback(kill, child)
            return child

        yield begin


def kill(child: Child) -> None:
    """kill -9, with the processes it has forked."""
    family = tree(child.pid) if child.is_running else []
    for pid in family[1:]:
        os.kill(pid, signal.SIGKILL)
    if child.is_running:
        child.kill()


def tree(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(grandchild for one in children for grandchild in tree(int(one)))]


def wait(is_so: Callable[[], bool], *, seconds: float, mending: bool = True) -> None:
    """Meanwhile the beat's work is done, as beat would have it done."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        if mending:
            tasks.mend()
        time.sleep(0.1)


def state_of(utterance: Utterance) -> str:
    return Utterance.objects.values_list("state", flat=True).get(pk=utterance.pk)


@pytest.fixture
def long_one(tmp_path: Path) -> Utterance:
    """An utterance that keeps an engine busy for seconds, after one that is final."""
    scene = Scene()
    services.set_consent(public_id=scene.id, user=scene.speaker, given=True)
    first, second = (
        services.begin_utterance(space=scene.space, speaker_id=scene.speaker.pk, start_ms=start_ms)
        for start_ms in (0, 5_000)
    )
    services.end_utterance(utterance_id=first.pk, end_ms=1_000, pcm=b"\0\0" * 16_000)
    finish(first)
    pcm = spoken(tmp_path / "long.wav", LONG_TEXT, rate=16_000)
    services.end_utterance(utterance_id=second.pk, end_ms=5_000 + len(pcm) // 32, pcm=pcm)
    return second


def assert_done_once(utterance: Utterance, *, attempts: int) -> None:
    utterance.refresh_from_db()
    assert (utterance.state, utterance.attempts, utterance.revision) == (UtteranceState.FINAL, attempts, 1)
    assert utterance.text
    assert list(Utterance.objects.exclude(pk=utterance.pk).values_list("text", flat=True)) == ["hello there"]
    assert not UtteranceAudio.objects.exists()


@pytest.mark.fault("A12")
def test_a_job_whose_worker_is_killed_is_done_once_by_the_next(long_one: Utterance, start: Start) -> None:
    worker = start("speech")
    wait(lambda: state_of(long_one) == UtteranceState.RUNNING, seconds=STARTS_WITHIN)
    kill(worker)
    assert state_of(long_one) == UtteranceState.RUNNING
    start("speech")
    wait(lambda: state_of(long_one) == UtteranceState.FINAL, seconds=STARTS_WITHIN + DONE_WITHIN)
    assert_done_once(long_one, attempts=2)


@pytest.mark.fault("A15")
def test_an_engine_that_hangs_loses_its_job_to_another(long_one: Utterance, start: Start) -> None:
    hung = start("speech")
    # Nothing sends it again meanwhile: a process that stops in the middle of a write would hold SQLite's lock.
    wait(lambda: state_of(long_one) == UtteranceState.RUNNING, seconds=STARTS_WITHIN, mending=False)
    for pid in tree(hung.pid):
        os.kill(pid, signal.SIGSTOP)
    start("speech")
    wait(lambda: state_of(long_one) == UtteranceState.FINAL, seconds=STARTS_WITHIN + DONE_WITHIN)
    for pid in tree(hung.pid):
        os.kill(pid, signal.SIGCONT)
    time.sleep(2)  # what it had understood by now is refused
    assert_done_once(long_one, attempts=2)


def test_a_killed_redis_loses_no_utterance(long_one: Utterance, start: Start, redis_server: RedisServer) -> None:
    redis_server.restart()  # the queue is empty now, with the job in it
    start("speech")
    wait(lambda: state_of(long_one) == UtteranceState.RUNNING, seconds=STARTS_WITHIN)
    redis_server.restart()
    wait(lambda: state_of(long_one) == UtteranceState.FINAL, seconds=DONE_WITHIN)
    assert_done_once(long_one, attempts=1)


@pytest.mark.gateway
@pytest.mark.asyncio
@pytest.mark.usefixtures("gateway")
async def test_a_killed_ingest_is_replaced_and_what_was_said_is_not_lost(room: Room, start: Start) -> None:
    """Replace it by the ingest beside it, which leaves a Space to its holder for as long as that lives."""
    first = await in_thread(start, "captions")
    await room.plug_in("host")
    await until(has_lanes(room.scene, 1), within=STARTS_WITHIN)
    await in_thread(start, "captions")
    talking = asyncio.create_task(room.say("host"))
    await until(lambda: any(interim_audio.read(pk) for pk in open_ones()), within=30)
    [begun] = await in_thread(open_ones)
    await asyncio.to_thread(kill, first)
    await talking
    await until(lambda: epoch_of(room.scene) >= 2 and not open_ones(), within=STARTS_WITHIN)
    recovered = await in_thread(Utterance.objects.select_related("audio").get, pk=begun)
    assert recovered.state == UtteranceState.WAITING
    assert len(recovered.audio.pcm) >= 16_000
    await room.plug_in("cohost")
    await until(has_lanes(room.scene, 2), within=30)
    await room.say("cohost")
    of_cohost = Utterance.objects.filter(speaker=room.scene.cohost, state=UtteranceState.WAITING)
    await until(of_cohost.exists, within=30)


def epoch_of(scene: Scene) -> int:
    """Return how many ingests have taken the Space so far."""
    return Track.objects.get(space=scene.space).epoch


def open_ones() -> list[int]:
    return list(Utterance.objects.filter(state=UtteranceState.OPEN).values_list("pk", flat=True))
