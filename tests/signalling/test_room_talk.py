"""Invitations, the policy and reactions, as the tabs of a Space hear of them."""

import logging

import pytest

from spaces.doors.signalling import consumers
from spaces.states import Emoji, SpeakPolicy
from spaces_project.common.threads import in_thread
from tests.signalling.fixtures import Sessions
from tests.signalling.tab import path_of, tab
from tests.spaces.scene import Scene

pytestmark = [
    pytest.mark.redis,
    pytest.mark.django_db(transaction=True),
    pytest.mark.asyncio,
    pytest.mark.usefixtures("sockets", "nothing_logged"),
]


async def test_somebody_invited_to_speak_accepts(sessions: Sessions) -> None:
    scene = await in_thread(Scene)
    async with (
        tab(path_of(scene.id), session=await in_thread(sessions, scene.host)) as host,
        tab(path_of(scene.id), session=await in_thread(sessions, scene.listener)) as listener,
    ):
        await host.ask("join")
        await listener.ask("join")
        assert await host.code("invite", user_id=str(scene.listener.pk), to_speak=True) == "ok"
        told = await listener.event("you.changed")
        assert (told["reason"], told["you"]["invited"]) == ("invited", True)
        assert await listener.code("mic.accept") == "ok"
        assert (await listener.event("you.changed"))["you"]["role"] == "speaker"


async def test_who_may_not_ask_hears_why(sessions: Sessions) -> None:
    scene = await in_thread(Scene)
    async with (
        tab(path_of(scene.id), session=await in_thread(sessions, scene.host)) as host,
        tab(path_of(scene.id), session=await in_thread(sessions, scene.listener)) as listener,
    ):
        await host.ask("join")
        await listener.ask("join")
        assert await host.code("policy.set", policy=SpeakPolicy.FOLLOWED) == "ok"
        assert (await listener.event("space.changed"))["space"]["speak_policy"] == "followed"
        assert await listener.code("request") == "only_followed"
        assert await host.code("policy.set", policy="nobody") == "bad_policy"


async def test_reactions_come_gathered(sessions: Sessions) -> None:
    scene = await in_thread(Scene)
    async with (
        tab(path_of(scene.id), session=await in_thread(sessions, scene.speaker)) as speaker,
        tab(path_of(scene.id), session=await in_thread(sessions, scene.listener)) as listener,
    ):
        await speaker.ask("join")
        await listener.ask("join")
        assert await listener.code("react", emoji=Emoji.CLAP) == "ok"
        told = await speaker.event("reactions")
        assert set(told["counts"]) == {Emoji.CLAP.value}
        assert told["people"][0] == {"user_id": str(scene.listener.pk), "emoji": Emoji.CLAP.value}


async def test_one_tab_reacts_five_times_a_second(sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "REACTIONS_PER_SECOND", 0.0)  # time stands still
    scene = await in_thread(Scene)
    async with tab(path_of(scene.id), session=await in_thread(sessions, scene.listener)) as listener:
        await listener.ask("join")
        codes = [await listener.code("react", emoji=Emoji.CLAP) for _ in range(6)]
        assert codes == ["ok"] * 5 + ["too_many"]


async def test_only_the_fixed_set_is_shown(sessions: Sessions) -> None:
    scene = await in_thread(Scene)
    async with tab(path_of(scene.id), session=await in_thread(sessions, scene.listener)) as listener:
        await listener.ask("join")
        assert await listener.code("react", emoji="x") == "bad_request"


async def test_nobody_of_that_name(sessions: Sessions) -> None:
    scene = await in_thread(Scene)
    async with tab(path_of(scene.id), session=await in_thread(sessions, scene.host)) as host:
        assert await host.code("invite", user_id="999999999") == "not_found"


@pytest.mark.security("C26")
@pytest.mark.asvs("16.3.2")
async def test_a_refusal_is_told_to_the_security_log(sessions: Sessions, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "spaces.security")
    scene = await in_thread(Scene)
    async with tab(path_of(scene.id), session=await in_thread(sessions, scene.listener)) as listener:
        await listener.ask("join")
        code = await listener.code("end")
    [line] = [record.getMessage() for record in caplog.records if record.name == "spaces.security"]
    assert line.startswith(f"refused code={code} command=end user={scene.listener.pk} address=")
