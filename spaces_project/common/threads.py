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

from asgiref.sync import SyncToAsync, sync_to_async
from django.db import close_old_connections, connections

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


async def end_request_thread() -> None:
    """End the thread that Django keeps for a request until its answer is sent, and the thread's database connection.

    A long answer that needs neither calls this first: fifty slow clients would hold fifty of each. A later synchronous
    call of the same request gets a new thread.
    """
    await sync_to_async(_close_database)()
    context = SyncToAsync.thread_sensitive_context.get(None)
    threads = SyncToAsync.context_to_thread_executor.pop(context, None) if context is not None else None
    if threads is not None:
        threads.shutdown(wait=False)


def _close_database() -> None:
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()
