"""The process's Redis connection for plain threads. Pub/sub and Celery have connections of their own."""

from functools import cache
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from spaces_project.common.redis_clients import redis_client

ANSWER_SECONDS = 2.0

REDIS_AWAY = (redis.ConnectionError, redis.TimeoutError, redis.OutOfMemoryError)
"""The exceptions of a Redis that does not serve: gone, hung, or full.

A full one still reads but accepts no more writes.
"""


@cache
def store() -> Any:
    """Return a `redis.Redis`. It is untyped, because redis-py types every answer as a union with an awaitable.

    It retries once and without a pause. By default redis-py retries for eight seconds while a person waits. The one
    retry is for a connection that a restart of Redis has cut.
    """
    return redis_client(
        socket_timeout=ANSWER_SECONDS,
        socket_connect_timeout=1,
        retry=Retry(NoBackoff(), 1),
    )
