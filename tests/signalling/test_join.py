"""Coming in by a socket: what is told, what is kept, and who is told to go."""

import asyncio
from typing import Any

import pytest

from accounts.models import User
from accounts.services import block_user
from spaces import presence, services
from spaces.states import Role, SpaceState
from spaces_project.common.store import store
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


@pytest.fixture
def enter(scene: Scene, sessions: Sessions) -> Any:
    """`enter(user)` is a tab of this person in the Space, connected and not yet joined."""
    return lambda user: tab(path_of(scene.id), session=sessions(user))


async def test_the_welcome_has_all_that_a_page_needs(scene: Scene, enter: Any) -> None:
    async with await in_thread(enter, scene.outsider) as page:
        welcome = (await page.ask("join"))["data"]
    assert (welcome["you"]["role"], welcome["you"]["can"]) == ("listener", sorted_like(welcome["you"]["can"]))
    assert [person["role"] for person in welcome["stage"]] == ["host", "cohost", "speaker"]
    assert (welcome["resumed"], welcome["talking"], welcome["audience"]["count"]) == (False, [], 1)
    assert "queue" not in welcome


def sorted_like(can: list[str]) -> list[str]:
    assert {"leave", "listen", "request"} <= set(can)
    assert {"end", "speak", "approve", "manage"}.isdisjoint(can)
    return can


async def test_those_who_run_it_see_the_queue(scene: Scene, enter: Any) -> None:
    await in_thread(scene.ask, scene.listener)
    async with await in_thread(enter, scene.cohost) as page:
        queue = (await page.ask("join"))["data"]["queue"]
    assert (queue["total"], [person["id"] for person in queue["people"]]) == (1, [str(scene.listener.pk)])


async def test_whoever_is_in_hears_what_happens(scene: Scene, enter: Any) -> None:
    async with await in_thread(enter, scene.listener) as page, await in_thread(enter, scene.host) as host:
        welcome = (await page.ask("join"))["data"]
        await host.ask("mute")
        event = await page.event("stage.changed")
    assert (event["seq"], event["people"][0]["id"]) == (welcome["seq"] + 1, str(scene.host.pk))


async def test_a_page_that_has_not_joined_hears_nothing(scene: Scene, enter: Any) -> None:
    async with await in_thread(enter, scene.outsider) as page:
        await in_thread(services.mute_self, public_id=scene.id, user=scene.host)
        assert await page.hears("stage.changed", within=0.3) == 0


async def test_only_those_who_run_it_hear_of_requests(scene: Scene, enter: Any) -> None:
    async with await in_thread(enter, scene.host) as host, await in_thread(enter, scene.speaker) as speaker:
        await host.ask("join")
        await speaker.ask("join")
        await in_thread(services.request_to_speak, public_id=scene.id, user=scene.listener)
        assert (await host.event("queue.changed"))["total"] == 1
        assert await speaker.hears("queue.changed", within=0.3) == 0


# --- Refused ---


@pytest.mark.fault("D7")
@pytest.mark.parametrize("who", ["removed", "blocked"])
async def test_whoever_is_refused_leaves_no_trace(scene: Scene, enter: Any, who: str) -> None:
    user = scene.removed if who == "removed" else scene.outsider
    await in_thread(block_user, blocker=scene.host, blocked=scene.outsider)
    before = await in_thread(scene.dump)
    async with await in_thread(enter, user) as page:
        assert await page.code("join") == who
    assert (await in_thread(scene.dump), presence.present(scene.id)) == (before, set())


@pytest.mark.fault("A6")
async def test_a_full_redis_puts_off_who_comes_and_hinders_nobody_who_is_in(
    scene: Scene, enter: Any, redis_server: RedisServer
) -> None:
    async with await in_thread(enter, scene.host) as host, await in_thread(enter, scene.listener) as page:
        await host.ask("join")
        with redis_server.full():
            assert await page.code("join") == "try_again"
            assert await host.code("mute.all") == "ok"
            assert (await host.event("stage.changed"))["people"][-1]["muted"]
        assert await page.code("join") == "ok"


async def test_whoever_is_blocked_is_out_in_every_tab(scene: Scene, enter: Any) -> None:
    async with await in_thread(enter, scene.listener) as first, await in_thread(enter, scene.listener) as second:
        await first.ask("join")
        await in_thread(block_user, blocker=scene.host, blocked=scene.listener)
        assert await second.code("join") == "blocked"
        assert presence.present(scene.id) == set()


@pytest.mark.fault("D7")
async def test_a_removed_person_is_shown_out_and_cannot_return(scene: Scene, enter: Any) -> None:
    async with await in_thread(enter, scene.listener) as page:
        await page.ask("join")
        await in_thread(services.remove_participant, public_id=scene.id, user=scene.host, target_id=scene.listener.pk)
        assert await page.closed() == 4403
    async with await in_thread(enter, scene.listener) as page:
        assert await page.code("join") == "removed"


async def test_leaving_closes_every_tab(scene: Scene, enter: Any) -> None:
    async with await in_thread(enter, scene.listener) as page:
        await page.ask("join")
        await page.say('{"type":"leave","id":99}')
        assert await page.closed() == 4411


async def test_the_end_closes_every_socket(scene: Scene, enter: Any) -> None:
    async with await in_thread(enter, scene.host) as host, await in_thread(enter, scene.listener) as page:
        await host.ask("join")
        await page.ask("join")
        await in_thread(services.end_space, public_id=scene.id, user=scene.host)
        assert (await page.event("space.ended"))["space"]["end_reason"] == "host_ended"
        assert (await page.closed(), await host.closed()) == (4410, 4410)


@pytest.mark.fault("E4")
async def test_whoever_comes_in_while_being_removed_does_not_stay(
    scene: Scene, enter: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    join = services.come_in

    def join_and_be_removed(**arguments: Any) -> Any:
        entered = join(**arguments)
        services.remove_participant(public_id=scene.id, user=scene.host, target_id=scene.outsider.pk)
        return entered

    monkeypatch.setattr(services, "come_in", join_and_be_removed)
    async with await in_thread(enter, scene.outsider) as page:
        assert await page.code("join") == "removed"
        await in_thread(services.mute_self, public_id=scene.id, user=scene.host)
        assert await page.hears("stage.changed", within=0.3) == 0


# --- Again, elsewhere, later ---


@pytest.mark.fault("C8")
async def test_joining_twice_on_one_socket_is_joining_once(scene: Scene, enter: Any) -> None:
    async with await in_thread(enter, scene.listener) as page:
        first = (await page.ask("join"))["data"]
        again = (await page.ask("join"))["data"]
        assert (again["connection"], again["resumed"]) == (first["connection"], True)
        assert await page.code("ping") == "ok"


@pytest.mark.fault("E6")
async def test_the_newest_tab_has_the_audio_and_the_first_says_so(scene: Scene, enter: Any) -> None:
    async with await in_thread(enter, scene.speaker) as first, await in_thread(enter, scene.speaker) as second:
        await first.ask("join")
        welcome = (await second.ask("join"))["data"]
        assert (await first.event("bye"))["code"] == "replaced"
        assert await first.closed() == 4409
        assert await second.code("ping") == "ok"
    assert welcome["audience"]["count"] == 0
    assert presence.present(scene.id) == {scene.speaker.pk}


@pytest.mark.fault("B5")
async def test_a_page_that_lost_its_socket_takes_its_connection_up_again(scene: Scene, enter: Any) -> None:
    async with await in_thread(enter, scene.speaker) as page:
        connection = (await page.ask("join"))["data"]["connection"]
    async with await in_thread(enter, scene.speaker) as page:
        welcome = (await page.ask("join", resume=connection))["data"]
    assert (welcome["connection"], welcome["resumed"]) == (connection, True)
    assert (await in_thread(scene.place, scene.speaker)).role == Role.SPEAKER


@pytest.mark.fault("B8")
async def test_a_page_comes_back_before_its_old_socket_is_known_dead(scene: Scene, enter: Any) -> None:
    async with await in_thread(enter, scene.listener) as old, await in_thread(enter, scene.listener) as new:
        connection = (await old.ask("join"))["data"]["connection"]
        assert (await new.ask("join", resume=connection))["data"]["resumed"]
        assert await old.closed() == 4409
        assert await new.code("ping") == "ok"


@pytest.mark.parametrize("resume", ["made-up", ""])
async def test_a_connection_nobody_knows_begins_anew(scene: Scene, enter: Any, resume: str) -> None:
    async with await in_thread(enter, scene.listener) as page:
        welcome = (await page.ask("join", resume=resume))["data"]
    assert not welcome["resumed"]
    assert welcome["connection"] != resume


async def test_nobody_takes_up_the_connection_of_another(scene: Scene, enter: Any) -> None:
    async with await in_thread(enter, scene.host) as host, await in_thread(enter, scene.listener) as page:
        connection = (await host.ask("join"))["data"]["connection"]
        assert not (await page.ask("join", resume=connection))["data"]["resumed"]
        assert await host.code("ping") == "ok"


@pytest.mark.fault("C8")
async def test_audio_before_joining_is_a_plain_refusal(scene: Scene, enter: Any) -> None:
    async with await in_thread(enter, scene.host) as page:
        assert await page.code("audio.listen") == "not_in_space"
        assert await page.code("audio.close", target="speak") == "not_in_space"
        await page.ask("join")
        assert await page.code("audio.candidate", target="listen", candidate=None) == "no_connection"
        assert await page.code("audio.close", target="speak") == "ok"


async def test_a_scheduled_space_is_looked_at_and_started_without_joining(sessions: Sessions) -> None:
    scene = await in_thread(Scene, state=SpaceState.SCHEDULED)
    async with tab(path_of(scene.id), session=await in_thread(sessions, scene.host)) as page:
        assert (await page.ask("sync"))["data"]["space"]["state"] == "scheduled"
        assert await page.code("start") == "ok"
        assert await page.code("join") == "ok"


async def test_every_command_is_answered_once_and_in_order(scene: Scene, enter: Any) -> None:
    async with await in_thread(enter, scene.host) as page:
        for number in (5, 3, 3, 9):
            await page.say(f'{{"type":"ping","id":{number}}}')
        assert [(await page.reply())["re"] for _ in range(4)] == [5, 3, 3, 9]


async def test_a_closed_tab_keeps_a_short_lease(scene: Scene, enter: Any) -> None:
    async with await in_thread(enter, scene.listener) as page:
        await page.ask("join")
    await asyncio.sleep(0.1)
    assert presence.present(scene.id) == {scene.listener.pk}
    until = store().zscore(presence.key(scene.id), scene.listener.pk)
    seconds, _ = store().time()
    assert until - seconds <= presence.DISCONNECT_LEASE_SECONDS + 1


# --- Away too long ---


def lose(scene: Scene, user: User) -> None:
    connection = scene.place(user).connection
    assert services.mark_lost(public_id=scene.id, user_id=user.pk, connection=connection)


@pytest.mark.security("A26")
@pytest.mark.parametrize(("who", "reason"), [("speaker", "seat_lost"), ("cohost", "seat_lost"), ("listener", None)])
async def test_whoever_was_away_too_long_is_told_that_the_seat_is_gone(
    scene: Scene, enter: Any, who: str, reason: str | None
) -> None:
    user = getattr(scene, who)
    async with await in_thread(enter, user) as page:
        connection = (await page.ask("join"))["data"]["connection"]
    await in_thread(lose, scene, user)
    async with await in_thread(enter, user) as page:
        welcome = (await page.ask("join", resume=connection))["data"]
        assert (welcome.get("reason"), welcome["you"]["role"]) == (reason, "listener")
    async with await in_thread(enter, user) as page:
        assert "reason" not in (await page.ask("join"))["data"]


@pytest.mark.security("A26")
async def test_whoever_gave_the_seat_up_is_told_nothing(scene: Scene, enter: Any) -> None:
    await in_thread(services.leave_space, public_id=scene.id, user=scene.speaker)
    async with await in_thread(enter, scene.speaker) as page:
        assert "reason" not in (await page.ask("join"))["data"]
