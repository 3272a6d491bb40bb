"""Keeps the sound of an unfinished utterance in Redis. Interims are made of it. If the ingest dies, the utterance is
made of it as well, up to the last interim."""

import msgspec

from captions.agreement import Agreement
from spaces_project.common.store import store

_KEPT_SECONDS = 120
_ASKED_SECONDS = 3


def _sound(utterance_id: int) -> str:
    return f"captions:draft:{utterance_id}"


def _asked(utterance_id: int) -> str:
    return f"captions:draft:{utterance_id}:asked"


def _agreed(utterance_id: int) -> str:
    return f"captions:draft:{utterance_id}:agreed"


def keep(utterance_id: int, pcm: bytes) -> None:
    """Store the sound of an utterance so far, as int16, mono, 16 kHz. Raises redis.RedisError."""
    store().set(_sound(utterance_id), pcm, ex=_KEPT_SECONDS)


def read(utterance_id: int) -> bytes | None:
    """Return the stored sound. Raises redis.RedisError."""
    pcm: bytes | None = store().get(_sound(utterance_id))
    return pcm


def forget(utterance_id: int) -> None:
    """Delete the stored sound. Raises redis.RedisError."""
    store().delete(_sound(utterance_id), _asked(utterance_id), _agreed(utterance_id))


def keep_agreement(utterance_id: int, agreement: Agreement) -> None:
    """Store which words the drafts agree on. Raises redis.RedisError."""
    store().set(_agreed(utterance_id), msgspec.json.encode(agreement), ex=_KEPT_SECONDS)


def agreement(utterance_id: int) -> Agreement:
    """Return what drafts of this utterance agree on so far. Raises redis.RedisError."""
    kept = store().get(_agreed(utterance_id))
    return msgspec.json.decode(kept, type=Agreement) if kept else Agreement()


def ask(utterance_id: int) -> bool:
    """Return whether this caller is the first to ask for an interim of this sound. The others need not ask. Raises
    redis.RedisError."""
    return bool(store().set(_asked(utterance_id), 1, nx=True, ex=_ASKED_SECONDS))


def asked_no_more(utterance_id: int) -> None:
    """Let the next caller ask again. Raises redis.RedisError."""
    store().delete(_asked(utterance_id))
