"""Listening without an account, through the real socket: counted, nameless, limited, and nothing more."""

import asyncio
from typing import Any

import pytest
from pytest_django import Settings

from spaces import events, presence, services
from spaces.states import SpaceState
from spaces_project.common.threads import in_thread
from tests.signalling.fixtures import Sessions
from tests.signalling.tab import path_of, tab
from tests.spaces.scene import Scene
from tests.support.redis import RedisServer

pytestmark = [
    pytest.mark.redis,
    pytest.mark.asyncio,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("sockets", "nothing_logged"),
]


@pytest.fixture
def scene(transactional_db: None) -> Scene:
    return Scene()


async def test_a_visitor_is_counted_and_has_no_name(scene: Scene) -> None:
    before = await in_thread(scene.dump)
    async with tab(path_of(scene.id)) as page:
        welcome = (await page.ask("join"))["data"]
    assert welcome["you"] == {
        "id": "0", "role": "anonymous", "muted": True, "requested": False, "can": ["join", "leave", "listen"],
    }  # fmt: skip
    assert welcome["audience"] == {"count": 1, "listeners": []}
    assert "queue" not in welcome
    assert await in_thread(scene.dump) == before


async def test_two_visitors_count_twice_beside_people(scene: Scene, sessions: Sessions) -> None:
    path, session = path_of(scene.id), await in_thread(sessions, scene.listener)
    places = await in_thread(scene.space.participants.count)
    async with tab(path) as one, tab(path) as two, tab(path, session=session) as listener:
        await listener.ask("join")
        await one.ask("join")
        welcome = (await two.ask("join"))["data"]
    assert welcome["audience"]["count"] == 3
    assert welcome["audience"]["listeners"] == []
    assert await in_thread(scene.space.participants.count) == places


async def test_a_visitor_hears_what_happens_and_nothing_of_requests(scene: Scene) -> None:
    async with tab(path_of(scene.id)) as page:
        await page.ask("join")
        await in_thread(services.request_to_speak, public_id=scene.id, user=scene.listener)
        await in_thread(services.mute_self, public_id=scene.id, user=scene.host)
        assert (await page.event("stage.changed"))["people"][0]["id"] == str(scene.host.pk)
        assert await page.hears("queue.changed", within=0.1) == 0


async def test_leaving_ends_the_socket_and_the_count(scene: Scene) -> None:
    async with tab(path_of(scene.id)) as page, tab(path_of(scene.id)) as other:
        await page.ask("join")
        await other.ask("join")
        await page.say('{"type":"leave","id":99}')
        assert await page.closed() == 4411
        await until_present(scene, 1)
        assert await other.code("ping") == "ok"


async def test_leaving_before_coming_is_nothing(scene: Scene) -> None:
    async with tab(path_of(scene.id)) as page:
        assert await page.code("leave") == "ok"
        assert await page.code("join") == "ok"


@pytest.mark.fault("B5")
async def test_a_lost_socket_is_taken_up_again(scene: Scene) -> None:
    async with tab(path_of(scene.id)) as page:
        connection = (await page.ask("join"))["data"]["connection"]
    async with tab(path_of(scene.id)) as page:
        welcome = (await page.ask("join", resume=connection))["data"]
    assert (welcome["connection"], welcome["resumed"]) == (connection, True)
    assert welcome["audience"]["count"] == 1


@pytest.mark.fault("A7")
async def test_after_a_restart_one_still_counts_once(scene: Scene) -> None:
    async with tab(path_of(scene.id)) as page:
        connection = (await page.ask("join"))["data"]["connection"]
    async with tab(path_of((await in_thread(Scene)).id)) as elsewhere:  # where nobody knows of that connection
        welcome = (await elsewhere.ask("join", resume=connection))["data"]
    assert (welcome["connection"], welcome["resumed"]) == (connection, False)
    assert presence.present(scene.id) == {presence.nameless_id(connection)}


@pytest.mark.fault("A5")
async def test_redis_that_lost_everything_is_told_again(scene: Scene, redis_server: RedisServer) -> None:
    async with tab(path_of(scene.id)) as page:
        await page.ask("join")
        redis_server.flush()
        await until_present(scene, 1, within=15)


@pytest.mark.parametrize("resume", ["", "made-up", "~", "~made-up", "~" + "x" * 23])
async def test_a_connection_that_we_never_gave_begins_anew(scene: Scene, resume: str) -> None:
    async with tab(path_of(scene.id)) as page:
        assert (await page.ask("join", resume=resume))["data"]["connection"] != resume


@pytest.mark.fault("D11")
async def test_nobody_takes_up_the_connection_of_a_person(scene: Scene, sessions: Sessions) -> None:
    session = await in_thread(sessions, scene.host)
    async with tab(path_of(scene.id), session=session) as host, tab(path_of(scene.id)) as page:
        connection = (await host.ask("join"))["data"]["connection"]
        assert not (await page.ask("join", resume=connection))["data"]["resumed"]
        assert await host.code("ping") == "ok"


async def test_a_person_does_not_become_a_visitor_or_the_other_way_round(scene: Scene, sessions: Sessions) -> None:
    session = await in_thread(sessions, scene.listener)
    async with tab(path_of(scene.id)) as page, tab(path_of(scene.id), session=session) as listener:
        connection = (await page.ask("join"))["data"]["connection"]
        assert not (await listener.ask("join", resume=connection))["data"]["resumed"]
        assert presence.present(scene.id) == {scene.listener.pk, presence.nameless_id(connection)}


@pytest.mark.parametrize(
    ("state", "code"),
    [(SpaceState.SCHEDULED, "not_live"), (SpaceState.ENDED, "ended"), (SpaceState.CANCELED, "canceled")],
)
async def test_a_space_that_is_not_live_refuses(state: SpaceState, code: str) -> None:
    scene = await in_thread(Scene, state=state)
    async with tab(path_of(scene.id)) as page:
        assert [await page.code("join"), await page.code("leave")] == [code, code]
    assert presence.present(scene.id) == set()


async def test_a_locked_space_refuses_those_who_come_back_too(scene: Scene) -> None:
    async with tab(path_of(scene.id)) as page:
        connection = (await page.ask("join"))["data"]["connection"]
    await in_thread(services.set_lock, public_id=scene.id, user=scene.host, locked=True)
    async with tab(path_of(scene.id)) as page:
        assert await page.code("join") == "locked"
        assert await page.code("join", resume="~" + "x" * 22) == "locked"
        assert await page.code("join", resume=connection) == "locked"


@pytest.mark.fault("E4")
async def test_whoever_comes_while_it_ends_does_not_stay(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    join = services.join_anonymously

    def join_and_end(**arguments: Any) -> None:
        join(**arguments)
        services.end_space(public_id=scene.id, user=scene.host)

    monkeypatch.setattr(services, "join_anonymously", join_and_end)
    async with tab(path_of(scene.id)) as page:
        assert await page.code("join") == "ended"


async def test_the_end_closes_visitors_too(scene: Scene) -> None:
    async with tab(path_of(scene.id)) as page:
        await page.ask("join")
        await in_thread(services.end_space, public_id=scene.id, user=scene.host)
        assert await page.closed() == 4410


async def test_no_message_to_a_person_reaches_a_visitor(scene: Scene) -> None:
    async with tab(path_of(scene.id)) as page:
        await page.ask("join")
        envelope = events.close_people([0, scene.host.pk, scene.listener.pk], events.CLOSE_REMOVED)
        await in_thread(events.publish, events.space_channel(scene.id), envelope)
        assert await page.code("ping") == "ok"


@pytest.mark.fault("C10")
async def test_an_address_joins_so_often_and_is_told_when_to_try_again(scene: Scene, settings: Settings) -> None:
    settings.SPACES_PUBLIC_JOINS_PER_MINUTE = 2
    for _ in range(2):
        async with tab(path_of(scene.id), client="192.0.2.1") as page:
            assert await page.code("join") == "ok"
    async with tab(path_of(scene.id), client="192.0.2.1") as page:
        error = (await page.ask("join"))["error"]
    assert (error["code"], 0 < error["details"]["retry_after"] <= 60) == ("too_many", True)
    async with tab(path_of(scene.id), client="192.0.2.2") as page:
        assert await page.code("join") == "ok"


@pytest.mark.fault("C1")
async def test_an_address_has_so_many_connections_at_once(scene: Scene, settings: Settings) -> None:
    settings.SPACES_PUBLIC_CONNECTIONS = 1
    async with tab(path_of(scene.id), client="192.0.2.1") as first:
        assert await first.code("ping") == "ok"
        async with tab(path_of(scene.id), client="192.0.2.1") as page:
            bye = await page.event("bye")
            assert (bye["code"], bye["retry_after"]) == ("too_many_connections", 60)
            assert await page.closed() == 4430
        async with tab(path_of(scene.id), client="192.0.2.2") as other:
            assert await other.code("ping") == "ok"
    async with tab(path_of(scene.id), client="192.0.2.1") as again:
        assert await again.code("join") == "ok"


async def test_people_with_an_account_are_not_counted_by_address(
    scene: Scene, sessions: Sessions, settings: Settings
) -> None:
    settings.SPACES_PUBLIC_CONNECTIONS = 0
    session = await in_thread(sessions, scene.listener)
    async with tab(path_of(scene.id), session=session, client="192.0.2.1") as page:
        assert await page.code("join") == "ok"


async def until_present(scene: Scene, count: int, *, within: float = 5) -> None:
    async with asyncio.timeout(within):
        while presence.count(scene.id) != count:
            await asyncio.sleep(0.02)


@pytest.mark.security("C8")
async def test_who_listens_is_shown_to_those_who_can_be_seen_themselves(scene: Scene, sessions: Sessions) -> None:
    path, session = path_of(scene.id), await in_thread(sessions, scene.listener)
    host = await in_thread(sessions, scene.host)
    async with tab(path) as visitor, tab(path, session=host) as page, tab(path, session=session) as listener:
        await visitor.ask("join")
        await page.ask("join")
        await listener.ask("join")
        named = await page.event("audience")
        while not named["audience"]["listeners"]:
            named = await page.event("audience")
        heard = [await visitor.event("audience")]
        while heard[-1]["audience"]["count"] < named["audience"]["count"]:
            heard.append(await visitor.event("audience"))
    assert [person["id"] for person in named["audience"]["listeners"]] == [str(scene.listener.pk)]
    assert {len(event["audience"]["listeners"]) for event in heard} == {0}
