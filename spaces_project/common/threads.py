"""The threads on which asynchronous code uses the database.

asgiref runs all of a process's consumers on a single thread, so one slow query of one connection would hold up every
other. We therefore use a few threads of our own. Calls that must not wait behind reads have separate threads.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from typing import ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.db import close_old_connections

from spaces_project.common import metrics

P = ParamSpec("P")
T = TypeVar("T")

THREADS = ThreadPoolExecutor(4, thread_name_prefix="database")
URGENT_THREADS = ThreadPoolExecutor(2, thread_name_prefix="database-urgent")

_executor: ContextVar[ThreadPoolExecutor] = ContextVar("executor", default=THREADS)


@contextmanager
def ahead_of_the_line() -> Iterator[None]:
    """Run the calls of `in_thread` inside this context on threads that reads never use.

    Muting or removing a participant must not wait for a hundred people who are joining.
    """
    token = _executor.set(URGENT_THREADS)
    try:
        yield
    finally:
        _executor.reset(token)


def with_database(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call `function` on a thread that does not belong to a request, and keep no dead or
    expired database connection."""
    close_old_connections()
    try:
        return function(*args, **kwargs)
    finally:
        close_old_connections()


async def in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Await a synchronous function that may use the database."""
    asked_at = time.monotonic()

    def begun() -> T:
        metrics.DATABASE_WAIT.observe(time.monotonic() - asked_at)
        return with_database(function, *args, **kwargs)

    return await sync_to_async(begun, thread_sensitive=False, executor=_executor.get())()
