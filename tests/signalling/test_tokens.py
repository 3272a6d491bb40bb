"""The sockets for programs: the token decides who it is and what it may."""

import pytest

from accounts.models import User
from accounts.services import create_personal_token, revoke_personal_token
from accounts.services.tokens import Issued
from spaces_project.common.api.scopes import Scope
from spaces_project.common.threads import in_thread
from tests.signalling.fixtures import Sessions
from tests.signalling.tab import path_of, tab
from tests.spaces.scene import Scene

pytestmark = [
    pytest.mark.redis,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("sockets", "nothing_logged"),
]


@pytest.fixture
def scene(transactional_db: None) -> Scene:
    return Scene()


def token(user: User, *scopes: Scope) -> Issued:
    return create_personal_token(user=user, name="bot", scopes=scopes)


@pytest.mark.asyncio
async def test_a_program_comes_in_as_its_person(scene: Scene) -> None:
    issued = await in_thread(token, scene.listener, Scope.SPACE_READ)
    async with tab(path_of(scene.id), token=issued.key) as bot:
        joined = await bot.ask("join")
        assert joined["data"]["you"]["id"] == str(scene.listener.pk)


@pytest.mark.asyncio
async def test_it_does_no_more_than_the_token_says(scene: Scene) -> None:
    listening = await in_thread(token, scene.host, Scope.SPACE_READ)
    async with tab(path_of(scene.id), token=listening.key) as bot:
        await bot.ask("join")
        assert await bot.code("unmute") == "missing_scope"
        assert await bot.code("mute.all") == "missing_scope"
        assert await bot.code("captions.lines") == "ok"
    taking_part = await in_thread(token, scene.host, Scope.SPACE_READ, Scope.SPACE_WRITE)
    async with tab(path_of(scene.id), token=taking_part.key) as bot:
        await bot.ask("join")
        assert await bot.code("lock.set", locked=True) == "missing_scope"
        assert await bot.code("captions.language", language="en") == "missing_scope"
        assert await bot.code("host.hand_over", user_id=str(scene.cohost.pk)) == "missing_scope"
    moderating = await in_thread(token, scene.host, Scope.SPACE_READ, Scope.SPACE_MODERATE)
    async with tab(path_of(scene.id), token=moderating.key) as bot:
        await bot.ask("join")
        assert await bot.code("mute.all") == "ok"


@pytest.mark.asyncio
async def test_a_revoked_token_closes_its_sockets_and_no_others(scene: Scene, sessions: Sessions) -> None:
    issued = await in_thread(token, scene.listener, Scope.SPACE_READ)
    session = await in_thread(sessions, scene.listener)
    async with tab(path_of(scene.id), session=session) as page, tab(path_of(scene.id), token=issued.key) as bot:
        await bot.ask("join")
        await page.ask("sync")
        await in_thread(revoke_personal_token, user=scene.listener, token_id=issued.id)
        assert (await bot.event("bye"))["code"] == "unauthenticated"
        assert await page.code("sync") == "ok"


@pytest.mark.asyncio
async def test_a_wrong_token_is_not_let_in_whatever_cookie_comes_with_it(scene: Scene, sessions: Sessions) -> None:
    session = await in_thread(sessions, scene.listener)
    async with tab(path_of(scene.id), session=session, token="spc_wrong") as bot:
        assert (await bot.event("bye"))["code"] == "unauthenticated"
