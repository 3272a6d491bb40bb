"""Who may open a socket, and what the others are told."""

from typing import Any

import pytest
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from pytest_django import Settings

from accounts.models import User
from spaces.doors.signalling.routing import websocket_application
from spaces_project.common.threads import in_thread
from tests.signalling.fixtures import Sessions
from tests.signalling.tab import PATIENCE, path_of, tab
from tests.spaces.scene import Scene

pytestmark = [
    pytest.mark.redis,
    pytest.mark.asyncio,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("sockets", "nothing_logged"),
]

FOREIGN: list[str | None] = [
    None,
    "",
    "null",
    "http://evil.example",
    "http://localhost",
    "http://localhost:9999",
    "https://localhost:8000",
    "ws://localhost:8000",
    "http://localhost:8000.evil.example",
    "http://evil.example/http://localhost:8000",
    "http://user@localhost:8000",
    "http://localhost:8000/",
    "http://localhost:8000, http://evil.example",
    "file://",
]


async def opens(path: str, *origins: str | None) -> bool:
    headers = [(b"origin", origin.encode()) for origin in origins if origin is not None]
    communicator: Any = WebsocketCommunicator(websocket_application, path, headers=headers)
    connected, _ = await communicator.connect(timeout=PATIENCE)
    await communicator.disconnect(timeout=PATIENCE)
    return bool(connected)


@pytest.mark.fault("D2")
@pytest.mark.parametrize("path", ["/ws/home", path_of("1abc")])
@pytest.mark.parametrize("origin", FOREIGN)
@pytest.mark.asvs("4.4.2")
async def test_a_foreign_page_does_not_even_shake_hands(path: str, origin: str | None) -> None:
    assert not await opens(path, origin)


@pytest.mark.fault("D2")
async def test_a_page_with_two_origins_has_none() -> None:
    assert not await opens("/ws/home", "http://evil.example", settings.PUBLIC_ORIGIN)
    assert not await opens("/ws/home", settings.PUBLIC_ORIGIN, "http://evil.example")


@pytest.mark.fault("D2")
async def test_our_own_pages_do() -> None:
    assert settings.TRUSTED_ORIGINS == ["http://localhost:8000", "http://127.0.0.1:8000"]
    assert [await opens("/ws/home", origin) for origin in settings.TRUSTED_ORIGINS] == [True, True]


NO_SESSIONS = [None, "", "made-up", "x" * 5000, "\u00e4"]


@pytest.mark.parametrize("path", ["/ws/home", path_of("1abc")])
@pytest.mark.parametrize("session", NO_SESSIONS)
async def test_without_a_session_one_is_told_to_log_in(path: str, session: str | None, settings: Settings) -> None:
    settings.SPACES_PUBLIC_LISTENING = False
    async with tab(path, session=session) as page:
        assert (await page.event("bye"))["code"] == "unauthenticated"
        assert await page.closed() == 4401


@pytest.mark.parametrize("session", NO_SESSIONS)
async def test_without_a_session_one_may_listen_in_a_space(scene: Scene, session: str | None) -> None:
    async with tab(path_of(scene.id), session=session) as page:
        assert await page.code("join") == "ok"
        assert (await page.ask("sync"))["data"]["you"]["role"] == "anonymous"


async def test_without_a_session_one_has_no_home() -> None:
    async with tab("/ws/home") as page:
        assert await page.closed() == 4401


@pytest.mark.asvs("4.4.3", "7.2.1")
async def test_a_session_of_nobody_is_none() -> None:
    store = SessionStore()
    await in_thread(store.save)
    async with tab("/ws/home", session=store.session_key) as page:
        assert await page.closed() == 4401


async def test_an_older_password_is_no_session(sessions: Sessions, scene: Scene) -> None:
    session = await in_thread(sessions, scene.listener)
    await in_thread(User.objects.filter(pk=scene.listener.pk).update, password="another")
    async with tab("/ws/home", session=session) as page:
        assert await page.closed() == 4401


@pytest.mark.asvs("7.4.2")
async def test_an_inactive_person_has_no_session(sessions: Sessions, scene: Scene) -> None:
    session = await in_thread(sessions, scene.listener)
    await in_thread(User.objects.filter(pk=scene.listener.pk).update, is_active=False)
    async with tab("/ws/home", session=session) as page:
        assert await page.closed() == 4401


async def test_an_unknown_space_says_so(sessions: Sessions, scene: Scene) -> None:
    async with tab(path_of("1nosuchspace"), session=await in_thread(sessions, scene.host)) as page:
        assert (await page.event("bye"))["code"] == "not_found"
        assert await page.closed() == 4404


@pytest.fixture
def scene(transactional_db: None) -> Scene:
    return Scene()
