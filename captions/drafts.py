"""The sound of what is being spoken just now, in Redis: interims are made of it, and should the ingest die, so is the
utterance, up to the last interim."""

from spaces_project.common.store import store

_KEPT_SECONDS = 120
_ASKED_SECONDS = 3


def _sound(utterance_id: int) -> str:
    return f"captions:draft:{utterance_id}"


def _asked(utterance_id: int) -> str:
    return f"captions:draft:{utterance_id}:asked"


def keep(utterance_id: int, pcm: bytes) -> None:
    """int16 mono 16 kHz. Raises redis.RedisError."""
    store().set(_sound(utterance_id), pcm, ex=_KEPT_SECONDS)


def read(utterance_id: int) -> bytes | None:
    """Raises redis.RedisError."""
    pcm: bytes | None = store().get(_sound(utterance_id))
    return pcm


def forget(utterance_id: int) -> None:
    """Raises redis.RedisError."""
    store().delete(_sound(utterance_id), _asked(utterance_id))


def ask(utterance_id: int) -> bool:
    """True for the first who asks for an interim of this; the others are content with it. Raises redis.RedisError."""
    return bool(store().set(_asked(utterance_id), 1, nx=True, ex=_ASKED_SECONDS))


def asked_no_more(utterance_id: int) -> None:
    """Raises redis.RedisError."""
    store().delete(_asked(utterance_id))
