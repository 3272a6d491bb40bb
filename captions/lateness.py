"""Stores in Redis how late the captions of a Space are. Readers are told when they are late, and when that is over."""

from spaces_project.common.store import store

_KEPT_SECONDS = 30
_KEY = "captions:late:{}"


def change(public_id: str, seconds: int) -> bool:
    """Store the lateness. Return whether readers were told something else before. Raises redis.RedisError."""
    key = _KEY.format(public_id)
    if seconds:
        return int(store().set(key, seconds, ex=_KEPT_SECONDS, get=True) or 0) != seconds
    return bool(store().delete(key))
