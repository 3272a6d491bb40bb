"""Fan-out inside one process: which sockets get an event, how often, and what happens after a silence."""

import asyncio
import time
from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from accounts.services import delete_user, follow_user
from spaces import events, presence, services
from spaces.live import hub, sequences
from spaces.states import SpaceState
from spaces_project.common.store import store
from spaces_project.common.threads import in_thread
from tests.signalling.fixtures import Sessions
from tests.signalling.tab import path_of, tab
from tests.spaces.scene import Scene
from tests.support.redis import RedisServer
from tests.support.waiting import until

pytestmark = [
    pytest.mark.redis,
    pytest.mark.asyncio,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("sockets", "nothing_logged"),
]


@pytest.fixture
def scene(transactional_db: None) -> Scene:
    return Scene()


@pytest.fixture
def enter(scene: Scene, sessions: Sessions) -> Any:
    return lambda user: tab(path_of(scene.id), session=sessions(user))


@pytest.fixture
def home(sessions: Sessions) -> Any:
    return lambda user: tab("/ws/home", session=sessions(user))


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hub looks twenty times a second."""
    monkeypatch.setattr(hub, "TICK_SECONDS", 0.05)


# --- The audience ---


async def test_many_comings_are_told_once_a_second(scene: Scene, enter: Any) -> None:
    async with await in_thread(enter, scene.host) as page:
        await page.ask("join")
        began = time.monotonic()
        for user_id in range(100_001, 100_041):
            presence.enter(scene.id, user_id)
            events.publish(events.space_channel(scene.id), events.Envelope(signal=events.Signal.AUDIENCE))
            await asyncio.sleep(0.01)
        told = await page.hears("audience", within=1.2)
        assert 1 <= told <= time.monotonic() - began + 1  # a slow machine takes longer, and is then told more often


async def test_the_same_audience_is_not_told_twice(hurried: None, scene: Scene, enter: Any) -> None:
    async with await in_thread(enter, scene.host) as page:
        await page.ask("join")
        await page.event("audience")
        for _ in range(5):
            events.publish(events.space_channel(scene.id), events.Envelope(signal=events.Signal.AUDIENCE))
        assert await page.hears("audience", within=0.4) == 0


async def test_a_count_heals_when_a_lease_runs_out(hurried: None, scene: Scene, enter: Any) -> None:
    presence.enter(scene.id, scene.listener.pk)
    async with await in_thread(enter, scene.host) as page:
        assert (await page.ask("join"))["data"]["audience"]["count"] == 1
        await page.event("audience")
        store().zadd(presence.key(scene.id), {str(scene.listener.pk): 1})
        assert (await page.event("audience"))["audience"]["count"] == 0


# --- Leases ---


async def test_the_hub_renews_the_lease_of_whoever_is_connected(hurried: None, scene: Scene, enter: Any) -> None:
    async with await in_thread(enter, scene.listener) as page:
        await page.ask("join")
        presence.forget(scene.id, scene.listener.pk)
        await until(lambda: presence.present(scene.id) == {scene.listener.pk})


@pytest.mark.fault("B8")
async def test_a_socket_that_says_nothing_is_closed(
    hurried: None, scene: Scene, enter: Any, settings: Settings
) -> None:
    settings.SPACES_PRESENCE_LEASE = timedelta(seconds=1.5)  # time enough to join on a busy machine
    async with await in_thread(enter, scene.listener) as page:
        await page.ask("join")
        assert (await page.event("bye"))["code"] == "silent"
        assert await page.closed() == 4408


async def test_any_message_is_a_sign_of_life(hurried: None, scene: Scene, enter: Any, settings: Settings) -> None:
    settings.SPACES_PRESENCE_LEASE = timedelta(seconds=1.5)
    async with await in_thread(enter, scene.listener) as page:
        await page.ask("join")
        for _ in range(5):
            await asyncio.sleep(0.4)
            assert await page.code("ping") == "ok"


@pytest.mark.fault("B5")
async def test_a_connection_is_not_kept_for_ever(
    hurried: None, scene: Scene, enter: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "PARKED_SECONDS", 0.1)
    async with await in_thread(enter, scene.listener) as page:
        connection = (await page.ask("join"))["data"]["connection"]
    await asyncio.sleep(0.4)
    async with await in_thread(enter, scene.listener) as page:
        assert not (await page.ask("join", resume=connection))["data"]["resumed"]


@pytest.mark.fault("D8")
async def test_a_connection_without_a_socket_ends_with_a_removal(scene: Scene, enter: Any) -> None:
    async with await in_thread(enter, scene.host) as host:
        await host.ask("join")
        async with await in_thread(enter, scene.speaker) as page:
            connection = (await page.ask("join"))["data"]["connection"]
        assert hub.hub().resume(public_id=scene.id, connection=connection, user_id=scene.speaker.pk)
        await host.ask("remove", user_id=str(scene.speaker.pk))
        await asyncio.sleep(0.2)
        assert not hub.hub().resume(public_id=scene.id, connection=connection, user_id=scene.speaker.pk)


# --- Redis ---


@pytest.mark.fault("A4")
async def test_after_redis_was_away_everybody_asks_again_and_hears_again(
    scene: Scene, enter: Any, home: Any, redis_server: RedisServer
) -> None:
    async with await in_thread(enter, scene.listener) as page, await in_thread(home, scene.host) as at_home:
        await page.ask("join")
        await at_home.event("bubbles")
        await in_thread(redis_server.restart)
        assert 500 <= (await page.event("resync"))["within_ms"] <= 15_000
        await at_home.event("bubbles")
        await in_thread(services.mute_self, public_id=scene.id, user=scene.host)
        assert (await page.event("stage.changed"))["people"][0]["muted"]


@pytest.mark.fault("A4")
async def test_what_changed_while_redis_was_away_is_in_the_snapshot(
    scene: Scene, enter: Any, redis_server: RedisServer
) -> None:
    async with await in_thread(enter, scene.listener) as page:
        before = (await page.ask("join"))["data"]["seq"]
        await in_thread(redis_server.kill9)
        await in_thread(services.mute_self, public_id=scene.id, user=scene.host)
        await in_thread(redis_server.start)
        await page.event("resync")
        snapshot = (await page.ask("sync"))["data"]
        assert (snapshot["seq"], snapshot["stage"][0]["muted"]) == (before + 1, True)


@pytest.mark.parametrize("garbage", [b"", b"\xff", b"nonsense", b"\x93\x01\x02\x03", b"\xc0"])
async def test_what_is_no_envelope_does_not_make_the_process_deaf(scene: Scene, enter: Any, garbage: bytes) -> None:
    async with await in_thread(enter, scene.listener) as page:
        await page.ask("join")
        store().publish(events.space_channel(scene.id), garbage)
        store().publish(events.EVERY_PROCESS, garbage)
        await in_thread(services.mute_self, public_id=scene.id, user=scene.host)
        assert await page.event("stage.changed")


# --- Bubbles ---


async def test_a_bubble_comes_and_goes_without_a_reload(home: Any) -> None:
    scene = await in_thread(Scene, state=SpaceState.SCHEDULED)
    await in_thread(follow_user, follower=scene.outsider, followee=scene.host)
    async with await in_thread(home, scene.outsider) as page:
        assert (await page.event("bubbles"))["bubbles"] == []
        await in_thread(services.start_space, public_id=scene.id, user=scene.host)
        assert (await page.event("bubble.shown"))["bubble"]["id"] == scene.id
        await in_thread(services.end_space, public_id=scene.id, user=scene.host)
        assert (await page.event("bubble.gone"))["id"] == scene.id


async def test_the_bubble_of_a_deleted_host_goes(scene: Scene, home: Any) -> None:
    async with await in_thread(home, scene.speaker) as page:
        await page.event("bubbles")
        await in_thread(delete_user, user=scene.host)
        assert (await page.event("bubble.gone"))["id"] == scene.id


async def test_a_stranger_hears_of_no_bubble(scene: Scene, home: Any) -> None:
    async with await in_thread(home, scene.outsider) as page:
        await page.event("bubbles")
        await in_thread(services.end_space, public_id=scene.id, user=scene.host)
        assert await page.hears("bubble.gone", within=0.3) == 0


async def test_a_bubble_goes_with_the_last_one_followed(scene: Scene, home: Any) -> None:
    await in_thread(follow_user, follower=scene.outsider, followee=scene.speaker)
    async with await in_thread(home, scene.outsider) as page:
        assert [bubble["id"] for bubble in (await page.event("bubbles"))["bubbles"]] == [scene.id]
        await in_thread(services.step_down, public_id=scene.id, user=scene.speaker)
        assert (await page.event("bubble.gone"))["id"] == scene.id


async def test_a_home_page_only_pings(scene: Scene, home: Any) -> None:
    async with await in_thread(home, scene.listener) as page:
        assert [await page.code("ping"), await page.code("end")] == ["ok", "unknown_type"]


# --- The end of a process ---


@pytest.mark.fault("A8")
async def test_whoever_leaves_sends_everybody_elsewhere_and_lets_nobody_in(scene: Scene, enter: Any) -> None:
    async with await in_thread(enter, scene.listener) as page:
        await page.ask("join")
        await hub.hub().leave(within=0)
        assert (await page.event("bye"))["code"] == "server_restart"
        assert await page.closed() == 4503
    async with await in_thread(enter, scene.host) as late:
        assert await late.closed() == 4503
    assert presence.present(scene.id) == {scene.listener.pk}


# --- Heartbeats ---


async def test_many_heartbeats_ask_the_database_once(scene: Scene, enter: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def sequence(*, public_id: str) -> tuple[int, int]:
        asked.append(public_id)
        return 3, 1

    monkeypatch.setattr(sequences, "SECONDS", 60.0)
    monkeypatch.setattr("spaces.selectors.sequence", sequence)
    async with await in_thread(enter, scene.host) as page:
        await page.ask("join")
        replies = [await page.ask("ping") for _ in range(5)]
    assert [(reply["data"]["seq"], reply["data"]["queue_seq"]) for reply in replies] == [(3, 1)] * 5
    assert asked == [scene.id]
