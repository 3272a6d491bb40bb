"""The marks that running processes leave in Redis, so that health checks and pages see which of them still work."""

from typing import Final

from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from spaces_project.common.redis_clients import redis_client

BEAT: Final = "heartbeat:beat"
WORKER: Final = "heartbeat:worker"
SPEECH: Final = "heartbeat:speech"
CAPTIONS: Final = "heartbeat:captions"
RECORDER: Final = "heartbeat:recorder"
NOTIFY: Final = "heartbeat:notify"
FRESH_SECONDS: Final = 30
"""How long a mark lasts: three beats, so that one late beat raises no alarm."""
SLOW_SECONDS: Final = 120
"""The same for the start of a task that waits for other people's servers and may take a minute."""
ANSWER_SECONDS: Final = 2.0
NO_ENGINE: Final = "no engine"

# redis-py waits up to seven seconds between retries. One retry at once is for a connection that a restart has cut.
redis = redis_client(
    socket_timeout=ANSWER_SECONDS,
    socket_connect_timeout=ANSWER_SECONDS,
    retry=Retry(NoBackoff(), 1),
    decode_responses=True,
)


def is_fresh(mark: str) -> bool:
    """Return whether this mark was left and still lasts. Raises `RedisError`."""
    return bool(redis.exists(mark))


def is_known_to_have_no_engine() -> bool:
    """Return `has_no_engine()` for pages, or False while Redis is down, because then it is unknown."""
    try:
        return has_no_engine()
    except RedisError:
        return False


def has_no_engine() -> bool:
    """Return whether the speech workers run without a speech engine. Raises `RedisError`."""
    return bool(redis.get(SPEECH) == NO_ENGINE)


def captions_are_heard() -> None:
    """Leave the mark of the captions ingest, which reports that it looks after its Spaces. Raises `RedisError`."""
    leave(CAPTIONS)


def leave(mark: str, state: str = "ok", *, seconds: int = FRESH_SECONDS) -> None:
    """Leave the mark for some seconds. Raises `RedisError`."""
    # A key that expires by itself: clocks of two machines need not be compared.
    redis.set(mark, state, ex=seconds)
