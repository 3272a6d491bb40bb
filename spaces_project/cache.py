"""Django's cache in Redis, and what it says while Redis is away."""

from typing import Any

from django_redis.cache import RedisCache


class ForgivingCache(RedisCache):
    """Reads miss and writes are dropped while Redis is away (`IGNORE_EXCEPTIONS`)."""

    def add(self, *args: Any, **kwargs: Any) -> bool:
        """False only when the key was there. django-redis answers None while Redis is away, which allauth takes for a
        lock that another process holds: every log-in would be refused as one too many."""
        return super().add(*args, **kwargs) is not False
