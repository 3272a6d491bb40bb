"""Clients of the site's Redis: one that listens at an address, or the master of those that sentinels watch."""

from typing import Any

import redis
import redis.asyncio
import redis.asyncio.sentinel
import redis.sentinel
from django.conf import settings

from spaces_project.env import sentinels_of


def redis_client(**options: Any) -> Any:
    """Return a `redis.Redis` with these options. It is untyped, because redis-py types every answer as a union with an
    awaitable. Behind sentinels it asks for the master at each new connection."""
    found = sentinels_of(settings.REDIS_URL)
    if found is None:
        return redis.Redis.from_url(settings.REDIS_URL, **options)
    manager = redis.sentinel.Sentinel(found.hosts, sentinel_kwargs=found.for_sentinels, **found.for_redis, **options)
    return manager.master_for(found.service)


def async_redis_client(**options: Any) -> Any:
    """Return a `redis.asyncio.Redis` with these options, as `redis_client` does."""
    found = sentinels_of(settings.REDIS_URL)
    if found is None:
        return redis.asyncio.Redis.from_url(settings.REDIS_URL, **options)
    manager = redis.asyncio.sentinel.Sentinel(
        found.hosts, sentinel_kwargs=found.for_sentinels, **found.for_redis, **options
    )
    return manager.master_for(found.service)
