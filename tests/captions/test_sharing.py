"""Several ingests share the Spaces: each is heard by one, and by another when that one dies."""

import asyncio
from collections.abc import AsyncIterator

import janus
import pytest
import pytest_asyncio
import redis

from captions import services
from captions.ingest.receiver import CAPACITY
from captions.ingest.service import TAKEN_AT_ONCE, Ingest
from captions.models import Track
from spaces_project.common.leases import LEASE_MS, Leases
from spaces_project.common.store import store
from spaces_project.common.threads import in_thread
from tests.audio.fixtures import gateway, gateway_process
from tests.spaces.scene import Scene

__all__ = ["gateway", "gateway_process"]

pytestmark = pytest.mark.redis
SPACE = "1abc"


def test_a_lease_has_one_holder() -> None:
    one, other = Leases("captions:ingest"), Leases("captions:ingest")
    assert (one.take(SPACE), other.take(SPACE), one.take(SPACE)) == (True, False, True)
    other.release(SPACE)
    assert not other.take(SPACE)
    one.release(SPACE)
    assert other.take(SPACE)


def test_one_that_is_not_renewed_runs_out() -> None:
    one, other = Leases("captions:ingest"), Leases("captions:ingest")
    one.take(SPACE)
    key = Leases("captions:ingest")._key(SPACE)
    store().pexpire(key, LEASE_MS // 2)
    one.renew([SPACE])
    assert LEASE_MS // 2 < store().pttl(key) <= LEASE_MS
    run_out(SPACE)
    assert (other.take(SPACE), one.renew([SPACE])) == (True, set())


def test_a_redis_that_forgot_gives_it_back_to_its_holder() -> None:
    one = Leases("captions:ingest")
    one.take(SPACE)
    run_out(SPACE)
    assert one.renew([SPACE]) == {SPACE}


def test_what_others_hold_is_not_even_tried() -> None:
    one, other = Leases("captions:ingest"), Leases("captions:ingest")
    other.take("1b")
    one.take("1c")
    assert one.not_with_others(["1a", "1b", "1c"]) == ["1a", "1c"]
    assert one.not_with_others([]) == []


def run_out(*public_ids: str) -> None:
    store().delete(*map(Leases("captions:ingest")._key, public_ids))


# --- Ingests, each step of theirs by hand ---


@pytest_asyncio.fixture
async def ingests(gateway: object) -> AsyncIterator[tuple[Ingest, Ingest]]:
    pair = (Ingest(), Ingest())
    feeds = [asyncio.create_task(ingest._feed.run()) for ingest in pair]
    for ingest in pair:
        ingest.receiver.port = 9
        ingest.receiver._packets = janus.Queue(CAPACITY)
    yield pair
    tasks = [held.task for ingest in pair for held in ingest._held.values() if held.task]
    for task in (*feeds, *tasks):
        task.cancel()
    await asyncio.gather(*feeds, *tasks, return_exceptions=True)
    for ingest in pair:
        await ingest.receiver._packets.aclose()


def captioned(count: int) -> set[str]:
    scenes = [Scene() for _ in range(count)]
    for scene in scenes:
        services.set_consent(public_id=scene.id, user=scene.speaker, given=True)
    return {scene.id for scene in scenes}


@pytest.mark.gateway
@pytest.mark.asyncio
@pytest.mark.django_db(transaction=True)
async def test_ingests_share_the_spaces_and_one_that_dies_is_replaced(ingests: tuple[Ingest, Ingest]) -> None:
    one, other = ingests
    spaces = await in_thread(captioned, TAKEN_AT_ONCE + 2)
    for ingest in ingests:
        await ingest._take_and_give_up()
    assert (len(one._held), len(other._held)) == (TAKEN_AT_ONCE, 2)
    assert one._held.keys() | other._held.keys() == spaces

    lost = set(one._held)
    await in_thread(run_out, *lost)
    await other._take_and_give_up()
    assert other._held.keys() == spaces
    epochs = Track.objects.filter(space__public_id__in=lost).values_list("epoch", flat=True)
    assert await in_thread(lambda: set(epochs)) == {2}

    await one._renew()  # it was only asleep
    assert one._held == {}


@pytest.mark.gateway
@pytest.mark.asyncio
@pytest.mark.django_db(transaction=True)
async def test_a_space_that_could_not_be_listened_to_is_taken_at_the_next_try(
    ingests: tuple[Ingest, Ingest], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, _ = ingests
    spaces = await in_thread(captioned, 1)

    async def fails(channel: str) -> None:
        raise redis.ConnectionError("subscription not confirmed")

    with monkeypatch.context() as broken:
        broken.setattr(one._feed, "subscribe", fails)
        with pytest.raises(redis.ConnectionError):
            await one._take_and_give_up()
    assert one._held == {}
    await one._take_and_give_up()
    assert one._held.keys() == spaces
    assert all(held.task for held in one._held.values())
