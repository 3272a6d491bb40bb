"""What tests of sockets share. Rows are committed, because the sockets' threads have connections of their own."""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import pytest_asyncio
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, connections

from accounts.models import User
from spaces_project.common.threads import THREADS, URGENT_THREADS, ahead_of_the_line, in_thread


@pytest.fixture
def no_idle_connections() -> None:
    """PostgreSQL does not drop a database that a thread still has open."""
    if connection.vendor == "postgresql":
        connections.settings["default"]["CONN_MAX_AGE"] = 0


@pytest_asyncio.fixture
async def sockets(transactional_db: None, no_idle_connections: None) -> AsyncIterator[None]:
    """The sockets of a test and their hub; nothing of them goes on afterwards."""
    yield
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    # A cancelled task leaves its thread alone: wait until none works any more, before the tables are emptied.
    await all_idle(THREADS)
    with ahead_of_the_line():
        await all_idle(URGENT_THREADS)


async def all_idle(threads: ThreadPoolExecutor) -> None:
    """Wait until every thread of those that `in_thread` takes now has nothing to do."""
    number = threads._max_workers
    idle = threading.Barrier(number, timeout=10)
    await asyncio.gather(*(in_thread(idle.wait) for _ in range(number)))


Sessions = Callable[[User], str]


@pytest.fixture
def sessions(transactional_db: None) -> Sessions:
    """Log a user in and return the session's key."""

    def log_in(user: User) -> str:
        store = SessionStore()
        store[SESSION_KEY], store[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
        store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        store.save()
        return str(store.session_key)

    return log_in


@pytest.fixture
def nothing_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """No exception, and nothing as bad as one, reaches the log."""
    yield
    bad = [record for record in caplog.get_records("call") if record.levelno >= logging.ERROR or record.exc_info]
    assert [record.getMessage() for record in bad] == []
