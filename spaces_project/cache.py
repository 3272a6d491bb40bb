"""Django's cache in Redis, and its behaviour while Redis is down."""

from typing import Any

from django_redis.cache import RedisCache


class ForgivingCache(RedisCache):
    """A cache whose reads miss and whose writes are dropped while Redis is down (`IGNORE_EXCEPTIONS`)."""

    def add(self, *args: Any, **kwargs: Any) -> bool:
        """Return False only if the key existed.

        django-redis returns None while Redis is down. allauth would take that for a lock held by another process and
        refuse every log-in as one attempt too many.
        """
        return super().add(*args, **kwargs) is not False
