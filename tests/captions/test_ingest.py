"""Voices through a real gateway's lanes into the database, under the right names."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from captions import services
from captions.ingest.service import Ingest
from captions.models import Utterance
from captions.states import UtteranceState
from spaces.audio.lanes import GROUPS, LANES
from spaces_project.common.threads import in_thread
from tests.audio.fixtures import gateway, gateway_process
from tests.captions.room import PILOTS, Room, has_lanes, room
from tests.support.redis import RedisServer
from tests.support.voice import level
from tests.support.waiting import until

__all__ = ["gateway", "gateway_process", "room"]

pytestmark = [
    pytest.mark.redis,
    pytest.mark.gateway,
    pytest.mark.asyncio,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("gateway", "nothing_logged"),
]

CLEAR_DB = 25


@pytest_asyncio.fixture
async def ingest() -> AsyncIterator[Ingest]:
    running = Ingest()
    task = asyncio.create_task(running.run())
    yield running
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert running.receiver.dropped == 0


def waiting(count: int) -> Callable[[], bool]:
    def is_so() -> bool:
        speakers = Utterance.objects.filter(state=UtteranceState.WAITING).values("speaker").distinct()
        return speakers.count() >= count

    return is_so


def pilots_heard(room: Room) -> dict[str, dict[int, float]]:
    """Loudness (dB) of every pilot in the sound under each name."""
    sound: dict[str, bytes] = defaultdict(bytes)
    for utterance in Utterance.objects.select_related("audio"):
        sound[room.name_of(utterance.speaker_id)] += bytes(utterance.audio.pcm)
    return {name: {hertz: level(pcm, hertz) for hertz in PILOTS.values()} for name, pcm in sound.items()}


async def assert_clear(room: Room, one: str, other: str) -> None:
    """Check that the captured sound under each of the two names is that person's voice alone."""
    heard = await in_thread(pilots_heard, room)
    assert heard.keys() == {one, other}
    assert heard[one][PILOTS[one]] > heard[one][PILOTS[other]] + CLEAR_DB
    assert heard[other][PILOTS[other]] > heard[other][PILOTS[one]] + CLEAR_DB


async def test_two_who_talk_at_once_are_told_apart(room: Room, ingest: Ingest) -> None:
    await room.plug_in("host")
    await room.plug_in("cohost")
    await until(has_lanes(room.scene, 2))
    await asyncio.gather(room.say("host"), room.say("cohost"))
    await until(waiting(2))
    await assert_clear(room, "host", "cohost")


async def test_a_fifth_and_a_sixth_who_talk_get_the_lanes_of_those_who_do_not(room: Room, ingest: Ingest) -> None:
    await in_thread(room.invite, "fourth", "fifth", "sixth")
    silent = ("host", "cohost", "speaker", "fourth")
    for name in silent:
        await room.plug_in(name)
    await until(has_lanes(room.scene, LANES))
    await room.plug_in("fifth")
    await room.plug_in("sixth")
    await asyncio.gather(room.say("fifth"), room.say("sixth"))
    await until(waiting(2))
    await assert_clear(room, "fifth", "sixth")
    assert len(await room.forwarders()) == LANES


async def test_a_voice_without_consent_is_not_forwarded(room: Room, ingest: Ingest) -> None:
    await room.plug_in("host", consents=False)
    await room.plug_in("cohost")
    await until(has_lanes(room.scene, 1))
    await room.say("host")
    assert {f.group for f in await room.forwarders()} == {GROUPS[0]}
    assert (await in_thread(room.scene.place, room.scene.host)).lane is None
    assert not await in_thread(Utterance.objects.exists)


async def test_with_nobodys_consent_nothing_at_all_is_forwarded(room: Room, ingest: Ingest) -> None:
    await room.plug_in("host", consents=False)
    await room.say("host")
    assert await room.forwarders() == []


async def test_a_withdrawn_voice_is_dropped_at_once(room: Room, ingest: Ingest) -> None:
    await room.plug_in("host")
    await until(has_lanes(room.scene, 1))
    talking = asyncio.create_task(room.say("host"))
    await until(Utterance.objects.exists)
    await in_thread(services.set_consent, public_id=room.scene.id, user=room.scene.host, given=False)
    await talking
    states = await in_thread(lambda: set(Utterance.objects.values_list("state", flat=True)))
    assert states == {UtteranceState.DROPPED}
    await until(has_lanes(room.scene, 0))


async def test_what_another_ingest_left_half_spoken_is_recovered(room: Room) -> None:
    """Recover after `kill -9`: the lease expires, and the next holder takes what Redis has of the sound."""
    killed = Ingest()
    task = asyncio.create_task(killed.run())
    await room.plug_in("host")
    await until(has_lanes(room.scene, 1))
    talking = asyncio.create_task(room.say("host"))
    await until(Utterance.objects.exists)
    killed.receiver._by_ssrc.clear()  # it hears nothing any more, and ends nothing
    await in_thread(services.take_over, space=room.scene.space)
    assert await in_thread(waiting(1))
    await talking
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def test_captions_go_on_after_a_redis_that_was_killed(
    room: Room, ingest: Ingest, redis_server: RedisServer
) -> None:
    await room.plug_in("host")
    await until(has_lanes(room.scene, 1))
    await in_thread(redis_server.restart)  # a thread that lasts: with the one that starts it a child ends
    await room.plug_in("cohost")
    await until(has_lanes(room.scene, 2))
    await asyncio.gather(room.say("host"), room.say("cohost"))
    await until(waiting(2))
    await assert_clear(room, "host", "cohost")
