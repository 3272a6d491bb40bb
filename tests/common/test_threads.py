"""Where asynchronous code crosses to the database."""

import asyncio
import threading
import time

import pytest
from asgiref.sync import ThreadSensitiveContext, sync_to_async

from accounts.models import User
from spaces_project.common.threads import end_request_thread, in_thread

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True)]


async def test_the_database_is_used_on_another_thread() -> None:
    names = await asyncio.gather(*(in_thread(lambda: threading.current_thread().name) for _ in range(4)))
    assert all(name.startswith("database") for name in names)
    assert await in_thread(User.objects.count) == 0


async def test_one_slow_call_does_not_hold_up_the_next() -> None:
    other_is_done = threading.Event()
    slow = asyncio.create_task(in_thread(other_is_done.wait, 10))
    await in_thread(time.sleep, 0)
    other_is_done.set()
    assert await slow


async def test_what_it_raises_arrives() -> None:
    with pytest.raises(ZeroDivisionError):
        await in_thread(lambda: 1 // 0)


async def test_a_long_answer_holds_no_thread() -> None:
    async with ThreadSensitiveContext():
        thread = await sync_to_async(threading.current_thread)()
        await end_request_thread()
        await asyncio.to_thread(thread.join, 20)
        assert not thread.is_alive()
        assert await sync_to_async(threading.current_thread)() is not thread


async def test_outside_a_request_there_is_no_thread_to_end() -> None:
    await end_request_thread()
    assert await sync_to_async(lambda: 1)() == 1
