"""The process's Redis, for plain threads. Pub/sub and Celery have connections of their own."""

from functools import cache
from typing import Any

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

ANSWER_SECONDS = 2.0

AWAY = (redis.ConnectionError, redis.TimeoutError, redis.OutOfMemoryError)
"""What a Redis raises that does not serve: gone, hung, or full, when it still reads but takes nothing more."""


@cache
def store() -> Any:
    """A `redis.Redis`; untyped, because redis-py types every answer as a union with an awaitable.

    One retry and no pause: by itself redis-py tries for eight seconds, and a person waits. The one is for a connection
    that a restart of Redis has cut.
    """
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=ANSWER_SECONDS,
        socket_connect_timeout=1,
        retry=Retry(NoBackoff(), 1),
    )
