"""Every socket says what time it is on the server: pages count from its moments, and a device's clock may be wrong."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from spaces.events import wire
from spaces_project.common.threads import in_thread
from tests.signalling.fixtures import Sessions
from tests.signalling.tab import Frame, path_of, tab
from tests.spaces.moderators import moderator
from tests.spaces.scene import Scene

pytestmark = [
    pytest.mark.redis,
    pytest.mark.asyncio,
    pytest.mark.security("A9"),
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("sockets", "nothing_logged"),
]


@pytest.fixture
def scene(transactional_db: None) -> Scene:
    return Scene()


def is_now(frame: Frame) -> bool:
    return abs(datetime.now(UTC) - datetime.fromisoformat(frame["now"])) < timedelta(seconds=5)


@pytest.mark.parametrize("command", ["join", "sync", "ping"])
async def test_a_space_says_the_time(scene: Scene, sessions: Sessions, command: str) -> None:
    async with tab(path_of(scene.id), session=await in_thread(sessions, scene.listener)) as page:
        await page.ask("join")
        assert is_now((await page.ask(command))["data"])


async def test_a_home_page_is_told_the_time(scene: Scene, sessions: Sessions) -> None:
    async with tab("/ws/home", session=await in_thread(sessions, scene.listener)) as page:
        assert is_now(await page.event("bubbles"))
        assert is_now((await page.ask("ping"))["data"])


async def test_a_moderator_who_listens_in_is_told_the_time(scene: Scene, sessions: Sessions) -> None:
    session = await in_thread(lambda: sessions(moderator()))
    async with tab(f"/ws/listen-in/{scene.id}", session=session) as page:
        assert is_now((await page.ask("ping"))["data"])


async def test_a_lost_host_is_told_with_the_seconds_that_are_left(scene: Scene, sessions: Sessions) -> None:
    await in_thread(scene.lose_host, timezone.now() - timedelta(seconds=20))
    async with tab(path_of(scene.id), session=await in_thread(sessions, scene.listener)) as page:
        space = (await page.ask("join"))["data"]["space"]
    assert 35 <= space["host_seconds_left"] <= 40


async def test_no_fewer_seconds_than_none_are_left(scene: Scene) -> None:
    scene.space.host_lost_at = timezone.now() - timedelta(hours=1)
    assert (await in_thread(wire.space_info, scene.space)).host_seconds_left == 0
