"""Where asynchronous code crosses to the database: few threads of our own, so that one slow query of one connection
does not hold up every other (asgiref runs all of a process's consumers on a single thread)."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.db import close_old_connections

from spaces_project.common import metrics

P = ParamSpec("P")
T = TypeVar("T")

_THREADS = ThreadPoolExecutor(4, thread_name_prefix="database")


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

    return await sync_to_async(begun, thread_sensitive=False, executor=_THREADS)()
