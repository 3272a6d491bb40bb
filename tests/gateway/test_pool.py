"""One loop per process, used from other loops, from threads and from forked children."""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from spaces.gateway.admin import AdminClient
from spaces.gateway.audiobridge import MixerRoom
from spaces.gateway.errors import GatewayTimeout, GatewayUnavailable, RoomExists
from spaces.gateway.notices import Connected, Disconnected, Notice, Reconnected
from spaces.gateway.pool import Gateway as Hosted
from spaces.gateway.pool import GatewayPool
from tests.support.janus import Gateway, running_gateway

from .conftest import HELD_UP

pytestmark = pytest.mark.gateway


@pytest.fixture
def pool(gateway: Gateway) -> Iterator[GatewayPool]:
    pool = GatewayPool([gateway.endpoint()])
    yield pool
    pool.close()


async def rooms(gateway: Hosted) -> tuple[MixerRoom, ...]:
    return await gateway.bridge.list_rooms()


async def create(gateway: Hosted) -> None:
    await gateway.bridge.create_room(room="r", secret="s", pin="p")


def count_sessions(gateway: Gateway) -> int:
    settings = gateway.settings

    async def count() -> int:
        async with AdminClient(settings.admin_url, admin_secret=settings.admin_secret) as admin:
            return len(await admin.list_sessions())

    return asyncio.run(count())


def test_a_thread_may_ask(pool: GatewayPool) -> None:
    assert pool.run("test", rooms, timeout=5) == ()


@pytest.mark.asyncio
async def test_another_loop_may_ask(pool: GatewayPool) -> None:
    assert await pool.run_async("test", rooms) == ()


def test_many_threads_share_one_session(pool: GatewayPool, gateway: Gateway) -> None:
    threads = [threading.Thread(target=pool.run, args=("test", rooms), kwargs={"timeout": 5}) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count_sessions(gateway) == 1


def test_errors_reach_the_caller(pool: GatewayPool) -> None:
    pool.run("test", create, timeout=5)
    with pytest.raises(RoomExists):
        pool.run("test", create, timeout=5)


def test_an_unknown_gateway_is_not_there(pool: GatewayPool) -> None:
    with pytest.raises(GatewayUnavailable):
        pool.run("other", rooms, timeout=5)


def test_a_caller_waits_no_longer_than_they_said(pool: GatewayPool) -> None:
    with pytest.raises(GatewayTimeout):
        pool.run("test", lambda gateway: asyncio.sleep(5), timeout=0.2)


@pytest.mark.asyncio
async def test_a_cancelled_caller_cancels_the_call(pool: GatewayPool) -> None:
    cancelled = threading.Event()

    async def endless(gateway: Hosted) -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    asking = asyncio.create_task(pool.run_async("test", endless))
    await asyncio.sleep(0.2)
    asking.cancel()
    assert await asyncio.to_thread(cancelled.wait, 2)


@pytest.mark.fault("A2")
@pytest.mark.asyncio
async def test_a_hung_gateway_does_not_stop_the_callers_loop(pool: GatewayPool, gateway: Gateway) -> None:
    await pool.run_async("test", rooms)
    gateway.stop()
    asking = asyncio.create_task(pool.run_async("test", rooms))
    longest, before = 0.0, time.monotonic()
    while not asking.done():
        await asyncio.sleep(0.01)
        longest, before = max(longest, time.monotonic() - before), time.monotonic()
    assert isinstance(asking.exception(), GatewayTimeout)
    assert longest < HELD_UP


def test_what_is_submitted_is_done_when_drained(pool: GatewayPool) -> None:
    pool.submit("test", create)
    assert pool.drain(timeout=5)
    assert [room.id for room in pool.run("test", rooms, timeout=5)] == ["r"]


def test_draining_has_an_end(pool: GatewayPool) -> None:
    pool.submit("test", lambda gateway: asyncio.sleep(60))
    assert not pool.drain(timeout=0.2)


def test_a_failed_submission_is_logged(pool: GatewayPool, caplog: pytest.LogCaptureFixture) -> None:
    pool.submit("test", create)
    pool.submit("test", create)
    pool.drain(timeout=5)
    _until(lambda: "submitted gateway call failed" in caplog.text)


def test_listeners_hear_on_a_thread_of_their_own(pool: GatewayPool) -> None:
    heard: list[tuple[Notice, str]] = []
    pool.subscribe(lambda notice: heard.append((notice, threading.current_thread().name)))
    pool.start()
    _until(lambda: bool(heard))
    notice, thread = heard[0]
    assert isinstance(notice.subject, Connected)
    assert thread == "gateway-listeners"


def test_a_listener_may_ask_the_gateway(pool: GatewayPool) -> None:
    answers: list[object] = []
    pool.subscribe(lambda notice: answers.append(pool.run("test", rooms, timeout=5)))
    pool.start()
    _until(lambda: answers == [()])


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_failing_listener_does_not_silence_the_others(pool: GatewayPool, monkeypatch: pytest.MonkeyPatch) -> None:
    reported: list[threading.ExceptHookArgs] = []
    monkeypatch.setattr(threading, "excepthook", reported.append)
    heard: list[Notice] = []
    pool.subscribe(_fail)
    pool.subscribe(heard.append)
    pool.start()
    _until(lambda: bool(heard))
    assert [args.exc_type for args in reported] == [ZeroDivisionError]


def test_an_ended_subscription_hears_nothing(pool: GatewayPool) -> None:
    heard: list[Notice] = []
    pool.subscribe(heard.append)()
    pool.run("test", rooms, timeout=5)
    pool.close()
    assert heard == []


@pytest.mark.fault("A1")
def test_listeners_hear_of_a_restart(pool: GatewayPool, gateway: Gateway) -> None:
    heard: list[object] = []
    pool.subscribe(lambda notice: heard.append(notice.subject))
    pool.run("test", rooms, timeout=5)
    gateway.restart()
    _until(lambda: Reconnected(session_kept=False) in heard)
    assert [type(subject) for subject in heard] == [Connected, Disconnected, Reconnected]


def test_closing_leaves_no_session_and_no_thread(pool: GatewayPool, gateway: Gateway) -> None:
    others = set(threading.enumerate())
    pool.run("test", rooms, timeout=5)
    pool.close()
    assert count_sessions(gateway) == 0
    assert not set(threading.enumerate()) - others


def test_a_closed_pool_starts_again(pool: GatewayPool) -> None:
    pool.run("test", rooms, timeout=5)
    pool.close()
    assert pool.run("test", rooms, timeout=5) == ()


def test_the_loop_may_not_wait_for_itself(pool: GatewayPool) -> None:
    async def wait_for_itself(gateway: Hosted) -> None:
        pool.run("test", rooms, timeout=5)

    with pytest.raises(RuntimeError, match="wait for itself"):
        pool.run("test", wait_for_itself, timeout=5)


def test_a_forked_child_has_a_session_of_its_own(pool: GatewayPool, gateway: Gateway) -> None:
    pool.run("test", rooms, timeout=5)
    child = _fork(lambda: pool.run("test", create, timeout=5))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert [room.id for room in pool.run("test", rooms, timeout=5)] == ["r"]


@pytest.mark.fault("A2")
def test_before_the_first_connection_callers_wait_a_little(tmp_path: Path) -> None:
    with running_gateway(tmp_path) as gateway:
        endpoint = gateway.endpoint(request_timeout=0.5)
        gateway.stop()
        pool = GatewayPool([endpoint])
        with pytest.raises(GatewayUnavailable, match="not ready"):
            pool.run("test", rooms, timeout=5)
        pool.close()


def _fail(notice: Notice) -> None:
    raise ZeroDivisionError


def _fork(work: Callable[[], object]) -> int:
    child = os.fork()
    if child == 0:
        signal.alarm(20)
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    return child


def _until(condition: Callable[[], bool], *, seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


def test_a_session_may_be_left_to_the_gateway(pool: GatewayPool, gateway: Gateway) -> None:
    pool.run("test", rooms, timeout=5)
    pool.close(keep_sessions=True)
    assert count_sessions(gateway) == 1
