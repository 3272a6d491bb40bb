"""What ends a session ends its sockets."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.signals import password_changed
from django.contrib.auth import logout
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from pytest_django.fixtures import Settings

from accounts.models import User
from spaces import presence
from spaces.doors.signalling import base
from spaces.live import hub
from spaces_project.common.threads import in_thread
from tests.signalling.fixtures import Sessions
from tests.signalling.tab import Tab, path_of, tab
from tests.spaces.scene import Scene

pytestmark = [
    pytest.mark.redis,
    pytest.mark.asyncio,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("sockets", "nothing_logged"),
    pytest.mark.fault("D4"),
]


@pytest.fixture
def scene(transactional_db: None) -> Scene:
    return Scene()


def log_out(user: User, session: str) -> None:
    request = HttpRequest()
    request.session, request.user = SessionStore(session), user
    logout(request)


def lock_out(user: User, session: str) -> None:
    user.is_active = False
    user.save()


async def live_in(page: Tab) -> None:
    await page.ask("join")


async def look_at(page: Tab) -> None:
    await page.ask("sync")


@pytest.mark.parametrize("end", [log_out, lock_out])
@pytest.mark.parametrize("use", [live_in, look_at])
@pytest.mark.asvs("7.4.1")
async def test_the_room_closes(scene: Scene, sessions: Sessions, end: Callable[..., None], use: Any) -> None:
    session = await in_thread(sessions, scene.listener)
    async with tab(path_of(scene.id), session=session) as page:
        await use(page)
        await in_thread(end, scene.listener, session)
        assert (await page.event("bye"))["code"] == "unauthenticated"
        assert await page.closed() == 4401


@pytest.mark.parametrize("end", [log_out, lock_out])
async def test_the_home_page_closes(scene: Scene, sessions: Sessions, end: Callable[..., None]) -> None:
    session = await in_thread(sessions, scene.listener)
    async with tab("/ws/home", session=session) as page:
        await page.event("bubbles")
        await in_thread(end, scene.listener, session)
        assert await page.closed() == 4401


async def test_other_people_and_other_sessions_stay(scene: Scene, sessions: Sessions) -> None:
    first, second = await in_thread(sessions, scene.listener), await in_thread(sessions, scene.listener)
    other = await in_thread(sessions, scene.speaker)
    async with (
        tab("/ws/home", session=second) as same_person,
        tab("/ws/home", session=other) as other_person,
        tab("/ws/home", session=first) as page,
    ):
        for opened in (same_person, other_person, page):
            await opened.event("bubbles")
        await in_thread(log_out, scene.listener, first)
        assert await page.closed() == 4401
        assert [await same_person.code("ping"), await other_person.code("ping")] == ["ok", "ok"]


@pytest.mark.asvs("7.4.3")
async def test_a_new_password_sends_every_socket_back_to_the_door(scene: Scene, sessions: Sessions) -> None:
    session = await in_thread(sessions, scene.listener)
    request = HttpRequest()
    request.session, request.user = SessionStore(session), scene.listener
    async with tab(path_of(scene.id), session=session) as page:
        await page.ask("join")
        await in_thread(password_changed.send, User, request=request, user=scene.listener)
        assert await page.closed() == 4503


@pytest.mark.asvs("4.4.4")
async def test_a_session_that_ran_out_is_noticed(
    scene: Scene, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "RECOGNISE_EVERY_SECONDS", 0.0)
    async with tab(path_of(scene.id), session=await in_thread(sessions, scene.listener)) as page:
        await page.ask("join")
        await in_thread(Session.objects.all().delete)
        await page.say('{"type":"ping","id":50}')
        assert await page.closed() == 4401


@pytest.mark.fault("F9")
async def test_a_socket_outlives_every_clock(
    scene: Scene, sessions: Sessions, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many times over, what takes hours otherwise: who it is, is asked again, and the lease is renewed."""
    settings.SPACES_PRESENCE_LEASE = timedelta(seconds=2)
    monkeypatch.setattr(hub, "TICK_SECONDS", 0.1)
    monkeypatch.setattr(base, "RECOGNISE_EVERY_SECONDS", 0.0)
    async with (
        tab(path_of(scene.id), session=await in_thread(sessions, scene.listener)) as page,
        tab(path_of(scene.id), session=await in_thread(sessions, scene.host)) as host,
    ):
        await page.ask("join")
        await host.ask("join")
        for _ in range(50):
            await page.ask("ping")
            await host.ask("ping")
            await asyncio.sleep(0.1)
        assert {scene.listener.pk, scene.host.pk} <= await in_thread(presence.present, scene.id)
        settings.SPACES_PRESENCE_LEASE = timedelta(seconds=25)  # what follows says no heartbeat
        await host.ask("mute")
        assert (await page.event("stage.changed"))["people"][0]["muted"]
