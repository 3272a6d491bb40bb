"""A task that goes the whole way from beat through the broker to a worker, and leaves a mark at both ends.

A worker that lives but takes nothing (seen after Redis restarts, celery #8030) leaves none, nor does a hung beat.
"""

from typing import Any, Final

from celery import shared_task
from celery.signals import after_task_publish, beat_init, worker_ready
from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from captions.engines import why_missing

BEAT: Final = "heartbeat:beat"
WORKER: Final = "heartbeat:worker"
SPEECH: Final = "heartbeat:speech"
CAPTIONS: Final = "heartbeat:captions"
FRESH_SECONDS: Final = 30
"""How long a mark lasts: three beats, so that one late beat is no alarm."""
ANSWER_SECONDS: Final = 2.0
NO_ENGINE: Final = "no engine"

TASK: Final = "spaces_project.heartbeat.arrive"
SPEECH_TASK: Final = "spaces_project.heartbeat.arrive_at_speech"

# redis-py waits up to seven seconds between tries; one more, at once, is for a connection that a restart has cut.
redis = Redis.from_url(
    settings.REDIS_URL,
    socket_timeout=ANSWER_SECONDS,
    socket_connect_timeout=ANSWER_SECONDS,
    retry=Retry(NoBackoff(), 1),
    decode_responses=True,
)


def is_fresh(mark: str) -> bool:
    """Was there a sign of life in the last `FRESH_SECONDS`? Raises RedisError."""
    return bool(redis.exists(mark))


def is_known_to_have_no_engine() -> bool:
    """Like `has_no_engine`, for pages: while Redis is away nothing is known, and nothing is claimed."""
    try:
        return has_no_engine()
    except RedisError:
        return False


def has_no_engine() -> bool:
    """Tell whether workers take what people say, and have nothing to understand it with. Raises RedisError."""
    return bool(redis.get(SPEECH) == NO_ENGINE)


@shared_task(name=TASK, ignore_result=True)
def arrive(**_later_arguments: object) -> None:
    """Say that a worker takes tasks."""
    _leave(WORKER)


@shared_task(name=SPEECH_TASK, ignore_result=True)
def arrive_at_speech(**_later_arguments: object) -> None:
    """Say that a worker takes what people say, and whether it has an engine."""
    _leave_speech()


def captions_are_heard() -> None:
    """An ingest looks after its Spaces. Raises RedisError."""
    _leave(CAPTIONS)


@worker_ready.connect(weak=False)
def _worker_is_ready(sender: Any, **_signal: Any) -> None:
    taken = sender.app.amqp.queues.consume_from
    if "speech" in taken:
        _leave_speech()
    elif "outside" not in taken:  # what waits for other people's servers says nothing of the house
        _leave(WORKER)


@beat_init.connect(weak=False)
def _beat_is_ready(**_signal: Any) -> None:
    _leave(BEAT)


@after_task_publish.connect(sender=TASK, weak=False)
def _beat_has_sent(**_signal: Any) -> None:
    _leave(BEAT)


def _leave_speech() -> None:
    _leave(SPEECH, NO_ENGINE if why_missing() else "ok")


def _leave(mark: str, state: str = "ok") -> None:
    # A key that dies by itself: no clocks of two machines to compare.
    redis.set(mark, state, ex=FRESH_SECONDS)
