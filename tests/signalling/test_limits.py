"""How much one socket may say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spaces.doors.signalling.limits import TokenBucket
from spaces_project.common.threads import in_thread
from tests.signalling.fixtures import Sessions
from tests.signalling.tab import path_of, tab
from tests.spaces.scene import Scene


def test_a_bucket_gives_its_burst_and_then_its_rate() -> None:
    bucket = TokenBucket(rate=2, burst=3)
    assert [bucket.take(now=0) for _ in range(4)] == [True, True, True, False]
    assert [bucket.take(now=0.5), bucket.take(now=0.5), bucket.take(now=100)] == [True, False, True]


@given(st.lists(st.floats(0, 10), max_size=50), st.floats(0.1, 10), st.integers(1, 10))
def test_a_bucket_never_gives_more_than_burst_and_rate(pauses: list[float], rate: float, burst: int) -> None:
    bucket, now, given_out = TokenBucket(rate, burst), 0.0, 0
    for pause in pauses:
        now += pause
        given_out += bucket.take(now=now)
    assert given_out <= burst + rate * now + 1e-6


sockets = [
    pytest.mark.redis,
    pytest.mark.asyncio,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("sockets", "nothing_logged"),
]


class TestOnTheSocket:
    pytestmark = sockets

    @pytest.mark.fault("C2")
    @pytest.mark.asvs("2.4.1", "17.3.1")
    async def test_a_flood_is_ended_and_others_go_on(self, sessions: Sessions) -> None:
        scene = await in_thread(Scene)
        host, listener = await in_thread(sessions, scene.host), await in_thread(sessions, scene.listener)
        async with tab(path_of(scene.id), session=listener) as page, tab(path_of(scene.id), session=host) as other:
            for number in range(1, 1000):
                await page.say(f'{{"type":"ping","id":{number}}}')
            assert await page.closed() == 4429
            assert await other.code("ping") == "ok"

    @pytest.mark.fault("C4")
    async def test_too_many_unreadable_messages_end_the_socket(self, sessions: Sessions) -> None:
        scene = await in_thread(Scene)
        async with tab(path_of(scene.id), session=await in_thread(sessions, scene.listener)) as page:
            for _ in range(21):
                await page.say("{")
            assert (await page.event("bye"))["code"] == "bad_frames"
            assert await page.closed() == 4400

    async def test_twenty_unreadable_messages_do_not(self, sessions: Sessions) -> None:
        scene = await in_thread(Scene)
        async with tab(path_of(scene.id), session=await in_thread(sessions, scene.listener)) as page:
            for _ in range(20):
                await page.say("{")
            assert await page.code("ping") == "ok"

    @pytest.mark.fault("C9")
    async def test_asking_and_withdrawing_in_a_loop_is_a_flood(self, sessions: Sessions) -> None:
        scene = await in_thread(Scene)
        async with tab(path_of(scene.id), session=await in_thread(sessions, scene.listener)) as page:
            for number in range(1, 500):
                await page.say(f'{{"type":"{("request", "request.cancel")[number % 2]}","id":{number}}}')
            assert await page.closed() == 4429
