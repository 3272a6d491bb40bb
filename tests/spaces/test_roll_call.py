"""The database puts out people who may not be in, also if the message that said so was lost."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from oauth2_provider.models import AccessToken

from accounts.models import FOREVER, Block, SuspensionScope, User
from accounts.services import create_personal_token
from spaces import events, presence, services
from spaces.live import hub, roll_call
from spaces.live.members import Member
from spaces.models import Participant, Space
from spaces.moderation import services as moderation
from spaces_project.common.api.scopes import Scope
from spaces_project.common.threads import in_thread
from tests.signalling.fixtures import Sessions
from tests.signalling.tab import path_of, tab
from tests.spaces.moderators import moderator
from tests.spaces.scene import Scene
from tests.support.redis import RedisServer

pytestmark = [
    pytest.mark.redis,
    pytest.mark.asyncio,
    pytest.mark.security("C13"),
    pytest.mark.asvs("16.5.3"),
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("sockets"),
]


@pytest.fixture
def scene(transactional_db: None) -> Scene:
    return Scene()


@pytest.fixture
def unheard(monkeypatch: pytest.MonkeyPatch) -> None:
    """No event reaches anybody, and the roll is called all the time."""
    monkeypatch.setattr(events, "publish", lambda channel, *envelopes: None)
    monkeypatch.setattr(hub, "ROLL_CALL_SECONDS", 0.0)
    monkeypatch.setattr(hub, "TICK_SECONDS", 0.2)


def remove(scene: Scene) -> None:
    services.remove_participant(public_id=scene.id, user=scene.host, target_id=scene.listener.pk)


def block(scene: Scene) -> None:
    """Store a block only, as if the process died before what follows from it."""
    Block.objects.create(blocker=scene.host, blocked=scene.listener)


def suspend(scene: Scene) -> None:
    moderation.suspend_person(user=scene.listener, scope=SuspensionScope.ENTIRELY)


def suspend_only(scene: Scene) -> None:
    User.objects.filter(pk=scene.listener.pk).update(suspended_until=FOREVER)


def end(scene: Scene) -> None:
    services.end_space(public_id=scene.id, user=scene.host)


def delete(scene: Scene) -> None:
    Space.objects.filter(pk=scene.space.pk).delete()


def move(scene: Scene) -> None:
    services.join_space(public_id=scene.id, user=scene.listener, connection="elsewhere")


def lose(scene: Scene) -> None:
    connection = Participant.objects.get(space=scene.space, user=scene.listener).connection
    assert services.mark_lost(public_id=scene.id, user_id=scene.listener.pk, connection=connection)


REASONS: dict[Callable[[Scene], None], str] = {
    remove: "removed",
    block: "blocked",
    suspend: "suspended",
    suspend_only: "suspended",
    end: "ended",
    delete: "not_found",
    move: "replaced",
    lose: "silent",
}


@pytest.mark.usefixtures("unheard")
@pytest.mark.parametrize("verb", REASONS, ids=lambda verb: verb.__name__)
async def test_whoever_may_not_be_in_is_put_out(scene: Scene, sessions: Sessions, verb: Callable[..., None]) -> None:
    mine, other = await in_thread(sessions, scene.listener), await in_thread(sessions, scene.speaker)
    async with tab(path_of(scene.id), session=mine) as page, tab(path_of(scene.id), session=other) as stays:
        await page.ask("join")
        await stays.ask("join")
        room = hub.hub()._rooms[scene.id]
        [member] = [member for member in room.members.values() if member.user_id == scene.listener.pk]
        await in_thread(verb, scene)
        assert (await page.event("bye"))["code"] == REASONS[verb]
        await page.closed()
        await ended(member)
        assert member.connection not in room.members
        if verb not in (end, delete):
            assert await stays.code("ping") == "ok"


@pytest.mark.usefixtures("unheard")
async def test_sound_that_waits_for_its_page_ends_too(scene: Scene, sessions: Sessions) -> None:
    async with tab(path_of(scene.id), session=await in_thread(sessions, scene.listener)) as page:
        await page.ask("join")
        [member] = hub.hub()._rooms[scene.id].members.values()
    await in_thread(remove, scene)
    await ended(member)


async def test_a_client_that_ignores_resync_is_put_out(
    scene: Scene, sessions: Sessions, redis_server: RedisServer
) -> None:
    async with tab(path_of(scene.id), session=await in_thread(sessions, scene.listener)) as page:
        await page.ask("join")
        await in_thread(redis_server.kill9)
        await in_thread(remove, scene)
        await in_thread(redis_server.start)
        assert (await page.event("bye"))["code"] == "removed"
        assert await page.closed() == 4403
    async with asyncio.timeout(5):
        while presence.present(scene.id):
            await asyncio.sleep(0.05)


def log_out(session: str, token: int) -> None:
    Session.objects.filter(session_key=session).delete()
    AccessToken.objects.filter(pk=token).update(expires=timezone.now())


def run_out(session: str, token: int) -> None:
    past = timezone.now() - timedelta(seconds=1)
    Session.objects.filter(session_key=session).update(expire_date=past)
    AccessToken.objects.filter(pk=token).update(expires=past)


def lock_out(session: str, token: int) -> None:
    User.objects.update(is_active=False)


@pytest.mark.usefixtures("unheard")
@pytest.mark.parametrize("verb", [log_out, run_out, lock_out])
@pytest.mark.parametrize("place", ["home", "space"])
async def test_what_lets_nobody_in_any_more_keeps_nobody_in(
    scene: Scene, sessions: Sessions, verb: Callable[..., None], place: str
) -> None:
    path = "/ws/home" if place == "home" else path_of(scene.id)
    issued = await in_thread(token_of, scene.listener)
    session = await in_thread(sessions, scene.listener)
    async with tab(path, session=session) as page, tab(path, token=issued.key) as bot:
        assert [await page.code("ping"), await bot.code("ping")] == ["ok", "ok"]
        await in_thread(verb, session, issued.id)
        for one in (page, bot):
            assert (await one.event("bye"))["code"] == "unauthenticated"
            assert await one.closed() == 4401


@pytest.mark.usefixtures("unheard")
async def test_a_new_password_ends_the_sessions_of_the_old_one_and_no_token(scene: Scene, sessions: Sessions) -> None:
    scene.listener.password = "md5$old$"
    await in_thread(scene.listener.save)
    issued = await in_thread(token_of, scene.listener)
    session = await in_thread(sessions, scene.listener)
    async with tab("/ws/home", session=session) as page, tab("/ws/home", token=issued.key) as bot:
        assert [await page.code("ping"), await bot.code("ping")] == ["ok", "ok"]
        await in_thread(User.objects.filter(pk=scene.listener.pk).update, password="md5$new$")
        assert await page.closed() == 4503
        assert await bot.code("ping") == "ok"
    async with tab("/ws/home", session=session) as page:
        assert await page.closed() == 4401


async def test_all_who_may_stay_cost_one_query(scene: Scene, django_assert_num_queries: Any) -> None:
    def count() -> None:
        here = dict(scene.space.participants.active().values_list("connection", "user_id"))
        with django_assert_num_queries(2):  # the Space, and who is in it
            assert roll_call.must_go(scene.id, here) == {}

    await in_thread(name_connections, scene)
    await in_thread(count)


@pytest.mark.usefixtures("unheard")
async def test_a_moderator_whose_right_is_gone_cannot_listen_on_in_silence(
    scene: Scene, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("spaces.doors.signalling.consumers.ListenInConsumer.silent_after", 0.5)
    session = await in_thread(lambda: sessions(moderator()))
    async with tab(f"/ws/listen-in/{scene.id}", session=session) as page:
        assert await page.code("ping") == "ok"
        assert await page.closed() == 4408


async def ended(member: Member) -> None:
    """The sound of this connection is given up."""
    async with asyncio.timeout(5):
        while not member.audio._closed:
            await asyncio.sleep(0.05)


def name_connections(scene: Scene) -> None:
    for participant in scene.space.participants.active():
        participant.connection = f"c{participant.user_id}"
        participant.save()


def token_of(user: User) -> Any:
    return create_personal_token(user=user, name="bot", scopes=[Scope.SPACE_READ])
