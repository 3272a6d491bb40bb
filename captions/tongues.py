"""Stores in Redis which language each speaker of a Space speaks. It is found out once, from what they said first."""

from spaces_project.common.store import store

_KEPT_SECONDS = 6 * 3600


def _key(space_id: int, user_id: int) -> str:
    return f"captions:tongue:{space_id}:{user_id}"


def remember(*, space_id: int, user_id: int, language: str) -> None:
    """Store the language of a speaker. Raises redis.RedisError."""
    store().set(_key(space_id, user_id), language, ex=_KEPT_SECONDS)


def known(*, space_id: int, user_id: int) -> str | None:
    """Return the known language of a speaker. Raises redis.RedisError."""
    language = store().get(_key(space_id, user_id))
    return language.decode() if language else None
