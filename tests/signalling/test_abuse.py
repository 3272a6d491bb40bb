"""What one person does with many sockets, and one address without an account, never holds up those who keep order."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from pytest_django import Settings

from spaces.doors.signalling import base
from spaces.doors.signalling import sessions as sessions_of
from spaces.doors.signalling.base import CommandConsumer
from spaces.doors.signalling.commands import Queue
from spaces.doors.signalling.consumers import SpaceConsumer
from spaces.doors.signalling.limits import Allowances
from spaces.doors.signalling.messages import Mute, Unmute, tag_of
from spaces_project.common.threads import THREADS, in_thread
from tests.signalling.fixtures import Sessions
from tests.signalling.tab import Tab, is_let_in, path_of, tab
from tests.spaces.moderators import moderator
from tests.spaces.scene import Scene

pytestmark = [pytest.mark.security("C5"), pytest.mark.asvs("2.4.1"), pytest.mark.asvs("17.3.1")]
sockets = [
    pytest.mark.redis,
    pytest.mark.asyncio,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("sockets", "nothing_logged"),
]


@pytest.fixture
def scene(transactional_db: None) -> Scene:
    return Scene()


def test_an_allowance_is_shared_and_forgotten_only_when_nothing_of_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spaces.doors.signalling.limits.time.monotonic", lambda: 1_000.0)  # a slow machine refills it
    known = Allowances()
    assert known.of_person(1) is known.of_person(1)
    assert known.of_address("192.0.2.1", sockets=50) is known.of_address("192.0.2.1", sockets=50)
    used = known.of_person(2)
    for _ in range(10):
        used.costly.take()
    for user_id in range(3, 5000):
        known.of_person(user_id)
    assert known.of_person(2) is used
    assert len(known._known) < 3000


def test_handshakes_of_one_session_are_counted_apart_from_those_of_an_address() -> None:
    known = Allowances()
    for _ in range(40):
        assert known.of_handshakes("abc").openings.take()
    assert not known.of_handshakes("abc").openings.take()
    assert known.of_handshakes("def").openings.take()
    assert known.of_handshakes_from("192.0.2.1", sockets=50).openings.burst == 100


def test_an_address_may_do_at_least_what_a_person_may() -> None:
    person, address = Allowances().of_person(1), Allowances().of_address("192.0.2.1", sockets=0)
    for name in ("openings", "messages", "costly"):
        assert getattr(address, name).burst >= getattr(person, name).burst


@pytest.mark.parametrize(
    "command",
    ["mute", "mute.other", "mute.all", "mic.take", "remove", "end", "lock.set", "request.decline"],
)
def test_what_keeps_order_is_urgent(command: str) -> None:
    [declared] = [row for row in SpaceConsumer.commands if tag_of(row.command) == command]
    assert declared.urgent


def test_muting_and_unmuting_keep_their_order() -> None:
    """Reordered, a microphone would be open although its owner closed it last."""
    changes = {row.command for row in SpaceConsumer.commands if row.queue == Queue.CHANGES}
    assert {Mute, Unmute} | {row.command for row in SpaceConsumer.commands if row.urgent} <= changes


@asynccontextmanager
async def busy_threads() -> AsyncIterator[None]:
    """Every thread that reads waits for something."""
    done = threading.Event()
    waits = [asyncio.create_task(in_thread(done.wait)) for _ in range(THREADS._max_workers)]
    await asyncio.sleep(0.1)
    try:
        yield
    finally:
        done.set()
        await asyncio.gather(*waits)


class TestOnTheSocket:
    pytestmark = sockets

    @pytest.mark.parametrize(
        ("command", "target"),
        [("mute.other", "speaker"), ("mute.all", ""), ("mic.take", "speaker"), ("remove", "listener"), ("mute", "")],
    )
    async def test_moderation_never_waits_behind_reads(
        self, scene: Scene, sessions: Sessions, command: str, target: str
    ) -> None:
        fields = {"user_id": str(getattr(scene, target).pk)} if target else {}
        async with tab(path_of(scene.id), session=await in_thread(sessions, scene.host)) as host:
            await host.ask("join")
            async with busy_threads():
                await host.say('{"type":"people","id":900}')
                assert await host.code(command, **fields) == "ok"

    @pytest.mark.parametrize("path", ["/ws/home", "space"])
    async def test_an_account_has_so_many_sockets(
        self, scene: Scene, sessions: Sessions, settings: Settings, path: str
    ) -> None:
        settings.SPACES_CONNECTIONS_PER_PERSON = 2
        path = path_of(scene.id) if path == "space" else path
        mine, other = await in_thread(sessions, scene.listener), await in_thread(sessions, scene.speaker)
        async with tab(path, session=mine) as first, tab(path, session=mine) as second:
            assert [await first.code("ping"), await second.code("ping")] == ["ok", "ok"]
            async with tab(path, session=mine) as third, tab(path, session=other) as theirs:
                bye = await third.event("bye")
                assert (bye["code"], bye["retry_after"]) == ("too_many_tabs", 60)
                assert await third.closed() == 4432
                assert [await first.code("ping"), await theirs.code("ping")] == ["ok", "ok"]
        async with tab(path, session=mine) as again:
            assert await again.code("ping") == "ok"

    async def test_many_pages_keep_nobody_out_of_a_space(
        self, scene: Scene, sessions: Sessions, settings: Settings
    ) -> None:
        settings.SPACES_CONNECTIONS_PER_PERSON = 1
        mine = await in_thread(sessions, scene.listener)
        async with tab("/ws/home", session=mine) as home, tab(path_of(scene.id), session=mine) as page:
            assert await home.code("ping") == "ok"
            assert await page.code("join") == "ok"

    async def test_listening_in_counts_with_the_sockets_of_spaces(
        self, scene: Scene, sessions: Sessions, settings: Settings
    ) -> None:
        settings.SPACES_CONNECTIONS_PER_PERSON = 1
        session = await in_thread(lambda: sessions(moderator()))
        path = f"/ws/listen-in/{scene.id}"
        async with tab(path, session=session) as one:
            assert await one.code("ping") == "ok"
            async with tab(path, session=session) as two:
                assert await two.closed() == 4432

    async def test_opening_and_closing_all_the_time_is_a_flood(self, scene: Scene, sessions: Sessions) -> None:
        session = await in_thread(sessions, scene.listener)
        codes = set()
        for _ in range(60):
            async with tab("/ws/home", session=session) as page:
                codes.add(await first_word(page))
        assert codes == {"bubbles", "too_many_messages"}

    async def test_the_sockets_of_one_person_share_what_may_be_said(self, scene: Scene, sessions: Sessions) -> None:
        session = await in_thread(sessions, scene.listener)
        other = await in_thread(sessions, scene.host)
        async with AsyncExitStack() as stack:
            pages = [await stack.enter_async_context(tab(path_of(scene.id), session=session)) for _ in range(8)]
            host = await stack.enter_async_context(tab(path_of(scene.id), session=other))
            answers = await answers_to(pages, '{"type":"ping","id":1}', each=60)
            assert 160 <= answers.count("ok") <= 160 + 30 * 10
            assert "too_many" in answers
            assert await host.code("ping") == "ok"

    async def test_so_do_those_of_one_address_without_an_account(
        self, scene: Scene, monkeypatch: pytest.MonkeyPatch, settings: Settings
    ) -> None:
        settings.SPACES_PUBLIC_CONNECTIONS = 8
        async with AsyncExitStack() as stack:
            pages = [await stack.enter_async_context(tab(path_of(scene.id), client="192.0.2.1")) for _ in range(8)]
            elsewhere = await stack.enter_async_context(tab(path_of(scene.id), client="192.0.2.2"))
            answers = await answers_to(pages, '{"type":"ping","id":1}', each=60)
            assert "too_many" in answers
            assert await elsewhere.code("ping") == "ok"

    async def test_who_goes_on_although_all_together_said_too_much_is_closed(
        self, scene: Scene, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        session = await in_thread(sessions, scene.listener)
        async with tab(path_of(scene.id), session=session) as page, tab(path_of(scene.id), session=session) as quiet:
            assert await page.code("ping") == "ok"
            monkeypatch.setattr(CommandConsumer, "allowance", nothing_left(CommandConsumer.allowance))
            for number in range(1, 60):
                await page.say(f'{{"type":"ping","id":{number}}}')
            assert await page.closed() == 4429
            assert await quiet.code("ping") == "too_many"

    @pytest.mark.parametrize("who", ["listener", "nobody"])
    async def test_a_snapshot_is_read_once_a_second(self, scene: Scene, sessions: Sessions, who: str) -> None:
        session = None if who == "nobody" else await in_thread(sessions, scene.listener)
        async with tab(path_of(scene.id), session=session) as page:
            await page.ask("join")
            codes = [await page.code("sync") for _ in range(10)]
            assert codes[:2] == ["ok", "ok"]
            assert codes.count("ok") <= 4
            assert set(codes) == {"ok", "too_many"}

    @pytest.mark.parametrize("command", ["sync", "people", "join", "captions.lines"])
    async def test_what_is_costly_counts_for_the_person(self, scene: Scene, sessions: Sessions, command: str) -> None:
        session = await in_thread(sessions, scene.listener)
        codes = []
        async with AsyncExitStack() as stack:
            for _ in range(15):
                page = await stack.enter_async_context(tab(path_of(scene.id), session=session))
                codes += [await page.code(command), await page.code(command)]
        assert "too_many" in codes

    async def test_who_has_no_place_is_shown_nothing(self, scene: Scene, sessions: Sessions) -> None:
        for person in (scene.outsider, scene.removed):
            async with tab(path_of(scene.id), session=await in_thread(sessions, person)) as page:
                assert await page.code("sync") == "not_in_space"
        async with tab(path_of(scene.id)) as nameless:
            assert await nameless.code("sync") == "not_in_space"


async def first_word(page: Tab) -> Any:
    frame = await page._next(lambda frame: frame.get("type") in ("bubbles", "bye"))
    return frame["code"] if frame["type"] == "bye" else frame["type"]


async def answers_to(pages: list[Tab], text: str, *, each: int) -> list[str]:
    """Return the answers to as many messages from each of these sockets."""
    for _ in range(each):
        for page in pages:
            await page.say(text)
    await asyncio.sleep(1)
    return [word for page in pages for word in await words_of(page)]


async def words_of(page: Tab) -> list[str]:
    await page.hears("bye", within=0.1)
    return [frame.get("error", {}).get("code", "ok") for frame in page._earlier if "re" in frame]


def nothing_left(allowance: Any) -> property:
    def emptied(socket: CommandConsumer) -> Any:
        left = allowance.fget(socket)
        while left.messages.take():
            pass
        return left

    return property(emptied)


class TestHandshakes:
    """Sixty sockets are opened at once where forty may be. The rest costs no read of the session."""

    pytestmark = sockets

    @pytest.fixture
    def asked(self, monkeypatch: pytest.MonkeyPatch) -> list[object]:
        """Collect the scopes whose visitor was looked up."""
        asked: list[object] = []

        def look_up(scope: dict[str, Any]) -> sessions_of.Visitor | None:
            asked.append(scope)
            return sessions_of.visitor(scope)

        monkeypatch.setattr(base, "visitor", look_up)
        return asked

    async def test_those_beyond_the_limit_are_told_so_and_not_looked_up(
        self, scene: Scene, sessions: Sessions, asked: list[object]
    ) -> None:
        session = await in_thread(sessions, scene.listener)
        for _ in range(40):
            async with tab(path_of(scene.id), session=session):
                pass
        before = len(asked)
        async with tab(path_of(scene.id), session=session) as page:
            assert await page.closed() == 4429
            assert (await page.event("bye"))["code"] == "too_many_messages"
        async with tab(path_of(scene.id), session=await in_thread(sessions, scene.host)) as other:
            assert await other.code("join") == "ok"
        assert len(asked) == before + 1

    async def test_a_client_that_goes_on_is_refused_at_once(self, scene: Scene, sessions: Sessions) -> None:
        session = await in_thread(sessions, scene.listener)
        opened = [await is_let_in(path_of(scene.id), session) for _ in range(70)]
        assert opened[:60] == [True] * 60
        assert opened.count(False) >= 5
