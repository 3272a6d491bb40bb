"""Where asynchronous code crosses to the database: few threads of our own, so that one slow query of one connection
does not hold up every other (asgiref runs all of a process's consumers on a single thread). What must not wait behind
reads has threads of its own."""

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
    """Run what is asked of `in_thread` meanwhile on threads that no read ever takes: to mute or to remove a person must
    not wait for a hundred people who come in."""
    token = _executor.set(URGENT_THREADS)
    try:
        yield
    finally:
        _executor.reset(token)


def with_database(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Calls `function` on a thread that is not a request's, without keeping a dead or expired connection."""
    close_old_connections()
    try:
        return function(*args, **kwargs)
    finally:
        close_old_connections()


async def in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Awaits a synchronous function that may use the database."""
    asked_at = time.monotonic()

    def begun() -> T:
        metrics.DATABASE_WAIT.observe(time.monotonic() - asked_at)
        return with_database(function, *args, **kwargs)

    return await sync_to_async(begun, thread_sensitive=False, executor=_executor.get())()
