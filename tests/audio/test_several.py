"""A site with two gateways: each carries its own Spaces, and when one dies, its Spaces move to the other."""

import asyncio
import importlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings as site
from django.core.management import call_command
from pytest_django.fixtures import Settings

from spaces import audio, events, placement, services
from spaces.audio import GatewayWatch, moving
from spaces.audio.gateways import pool
from spaces.audio.reporting import Reporter
from spaces.gateway.errors import GatewayError
from spaces.gateway.pool import Gateway as Connected
from spaces.gateway.pool import GatewayPool
from spaces.models import Space
from spaces.placement import Report
from spaces.states import EndReason, SpaceState
from spaces_project.common.threads import with_database
from tests.audio.fixtures import wait_until
from tests.factories import SpaceFactory
from tests.support.janus import Gateway, running_gateway
from tests.support.redis import RedisServer

pytestmark = [pytest.mark.redis, pytest.mark.gateway]
WITHIN = 10.0


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Gateway]]:
    secrets = {
        "api_secret": site.GATEWAY_API_SECRET,
        "admin_secret": site.GATEWAY_ADMIN_SECRET,
        "admin_key": site.GATEWAY_ROOM_KEY,
    }
    with (
        running_gateway(tmp_path_factory.mktemp("main"), media_ports=(20000, 24999), **secrets) as main,
        running_gateway(tmp_path_factory.mktemp("west"), media_ports=(25000, 29999), **secrets) as west,
    ):
        yield {"main": main, "west": west}


@pytest.fixture
def two(
    processes: dict[str, Gateway],
    settings: Settings,
    redis_server: RedisServer,
    transactional_db: None,
    no_idle_connections: None,
) -> Iterator[dict[str, Gateway]]:
    settings.GATEWAYS = {name: gateway.settings.url for name, gateway in processes.items()}
    _forget_pool()
    audio.switchboard.start()
    yield processes
    for gateway in processes.values():
        if gateway.is_dead:
            gateway.start()
    assert audio.drain(timeout=WITHIN)
    Space.objects.filter(state=SpaceState.LIVE).update(state=SpaceState.ENDED, end_reason=EndReason.OPERATOR)
    wait_until(_is_reconciled, seconds=WITHIN)
    assert (rooms("main"), rooms("west")) == (set(), set())
    pool().close()
    _forget_pool()


def _forget_pool() -> None:
    """Let the next use make a pool of the gateways that the settings name now."""
    pool().close()
    pool.cache_clear()
    importlib.import_module("spaces.audio.switchboard").switchboard._listens = False


def _is_reconciled() -> bool:
    try:
        audio.reconcile()
    except GatewayError:  # the gateway that a test killed is not connected yet
        return False
    return True


def rooms(gateway: str) -> set[str]:
    return {room.id for room in pool().run(gateway, lambda connected: connected.bridge.list_rooms(), timeout=5)}


@contextmanager
def reporting(processes: dict[str, Gateway], *names: str) -> Iterator[None]:
    """Report these gateways from beside them, as `run_gateway` does."""
    loop = asyncio.new_event_loop()
    beside = {name: GatewayPool([processes[name].settings.endpoint(name)]) for name in names}
    reporters = [
        Reporter(name, processes[name].settings, count_rooms=partial(own.run_async, name, _count_rooms))
        for name, own in beside.items()
    ]
    tasks = [loop.create_task(reporter.run()) for reporter in reporters]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        wait_until(lambda: {report.name for report in placement.reports()} == set(names), seconds=WITHIN)
        yield
    finally:
        for task in tasks:
            loop.call_soon_threadsafe(task.cancel)
        ended = asyncio.run_coroutine_threadsafe(_gathered(tasks), loop)
        ended.result(WITHIN)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(WITHIN)
        for own in beside.values():
            own.close()


async def _count_rooms(gateway: Connected) -> int:
    rooms, _ = await asyncio.gather(gateway.bridge.list_rooms(), gateway.streaming.list_mountpoints())
    return len(rooms)


async def _gathered(tasks: "list[asyncio.Task[None]]") -> None:
    await asyncio.gather(*tasks, return_exceptions=True)


@contextmanager
def watching() -> Iterator[None]:
    """Look at the gateways, as a web process does."""
    over = threading.Event()

    def look() -> None:
        watch = GatewayWatch()
        while not over.wait(moving.LOOK_EVERY_SECONDS):
            with_database(watch.look)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(WITHIN)


def gateway_of(space: Space) -> str:
    return Space.objects.get(pk=space.pk).gateway


def test_each_carries_its_own_spaces(two: dict[str, Gateway]) -> None:
    one, other = SpaceFactory.create(gateway="main"), SpaceFactory.create(gateway="west")
    result = audio.reconcile()
    assert (result.spaces, rooms("main"), rooms("west")) == (2, {one.room}, {other.room})


def test_a_room_on_a_gateway_that_its_space_is_not_on_is_a_leftover(two: dict[str, Gateway]) -> None:
    space = SpaceFactory.create(gateway="main")
    audio.reconcile()
    services.move_space(public_id=space.public_id, leaves="main", goes_to="west")
    assert audio.drain(timeout=WITHIN)
    assert audio.reconcile().removed == 1
    assert (rooms("main"), rooms("west")) == (set(), {space.room})


def test_a_gateway_that_the_settings_do_not_name_loses_its_spaces(two: dict[str, Gateway]) -> None:
    space = SpaceFactory.create(gateway="default")
    audio.reconcile()
    assert gateway_of(space) in two
    assert rooms(gateway_of(space)) == {space.room}


def test_a_report_tells_how_the_gateway_is(two: dict[str, Gateway]) -> None:
    SpaceFactory.create(gateway="west")
    audio.reconcile()
    with reporting(two, "west"):
        (found,) = placement.reports()
    assert isinstance(found, Report)
    assert (found.name, found.rooms, found.draining) == ("west", 1, False)
    assert found.version.startswith("1.")
    assert found.sessions >= 2
    assert found.handles >= 2
    assert 4000 < found.free_ports <= 5000
    assert placement.reports() == [], "a gateway that ends takes its report along"


@pytest.mark.parametrize("kill", [Gateway.kill9, Gateway.stop], ids=["dies", "hangs"])
def test_spaces_of_one_that_dies_or_hangs_move_within_ten_seconds(
    two: dict[str, Gateway], kill: Callable[[Gateway], None]
) -> None:
    moves, stays = SpaceFactory.create(gateway="west"), SpaceFactory.create(gateway="main")
    audio.reconcile()
    with reporting(two, "main", "west"), watching():
        kill(two["west"])
        took = wait_until(lambda: rooms("main") == {moves.room, stays.room}, seconds=WITHIN)
        assert (gateway_of(moves), gateway_of(stays)) == ("main", "main")
    if kill is Gateway.stop:
        two["west"].kill9()
    assert took < WITHIN


def test_one_that_only_lost_redis_keeps_its_spaces(two: dict[str, Gateway]) -> None:
    space = SpaceFactory.create(gateway="west")
    with reporting(two, "main"), watching():
        time.sleep(moving.MISSING_SECONDS + 3 * moving.LOOK_EVERY_SECONDS)
    assert gateway_of(space) == "west"


def test_with_none_left_a_space_stays_where_it_is(two: dict[str, Gateway]) -> None:
    space = SpaceFactory.create(gateway="west")
    two["west"].kill9()
    with watching():
        time.sleep(moving.MISSING_SECONDS + 2 * moving.LOOK_EVERY_SECONDS)
    assert gateway_of(space) == "west"


def test_one_of_two_that_notice_moves_a_space(two: dict[str, Gateway]) -> None:
    space = SpaceFactory.create(gateway="west")
    moved = [services.move_space(public_id=space.public_id, leaves="west", goes_to="main") for _ in range(2)]
    assert moved == [True, False]


def test_a_drained_gateway_gets_no_space_and_its_own_can_be_moved(
    two: dict[str, Gateway], capsys: pytest.CaptureFixture[str]
) -> None:
    space = SpaceFactory.create(gateway="west")
    audio.reconcile()
    with reporting(two, "main", "west"):
        call_command("drain_gateway", "west")
        assert {placement.place() for _ in range(20)} == {"main"}
        assert gateway_of(space) == "west"
        call_command("drain_gateway", "west", "--move")
        assert audio.drain(timeout=WITHIN)
        assert (rooms("west"), rooms("main")) == (set(), {space.room})
        call_command("drain_gateway", "west", "--undo")
        assert [report.accepts for report in placement.reports()] == [True, True]
    told = capsys.readouterr().out
    assert "0 moved, 1 live on it." in told
    assert "1 moved, 0 live on it. It may be stopped." in told


def test_what_is_written_of_a_space_goes_on_in_a_new_file(
    two: dict[str, Gateway], settings: Settings, tmp_path: Path
) -> None:
    settings.AUDIENCE_DIR = tmp_path
    space = SpaceFactory.create(gateway="west", audience_path="anything")
    space.audience_capture.mkdir(parents=True)
    audio.reconcile()
    wait_until(lambda: len(list(space.audience_capture.glob("*.mjr"))) == 1)
    two["west"].kill9()
    services.move_space(public_id=space.public_id, leaves="west", goes_to="main")
    wait_until(lambda: len(list(space.audience_capture.glob("*.mjr"))) == 2)


def test_a_move_is_told_to_every_process(two: dict[str, Gateway], monkeypatch: pytest.MonkeyPatch) -> None:
    space = SpaceFactory.create(gateway="west")
    told: list[events.Envelope] = []
    monkeypatch.setattr(events, "publish", lambda channel, *envelopes: told.extend(envelopes))
    services.move_space(public_id=space.public_id, leaves="west", goes_to="main")
    assert [(envelope.signal, envelope.data) for envelope in told] == [(events.Signal.MOVED, "main")]
