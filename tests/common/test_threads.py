"""Where asynchronous code crosses to the database."""

import asyncio
import threading
import time

import pytest

from accounts.models import User
from spaces_project.common.threads import in_thread

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
