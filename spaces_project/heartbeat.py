"""A task that goes from beat through the broker to a worker, and leaves a mark at both ends.

A worker that lives but takes no tasks (seen after Redis restarts, celery #8030) leaves no mark, and neither does a hung
beat.
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
"""How long a mark lasts: three beats, so that one late beat raises no alarm."""
ANSWER_SECONDS: Final = 2.0
NO_ENGINE: Final = "no engine"

TASK: Final = "spaces_project.heartbeat.arrive"
SPEECH_TASK: Final = "spaces_project.heartbeat.arrive_at_speech"

# redis-py waits up to seven seconds between retries. One retry at once is for a connection that a restart has cut.
redis = Redis.from_url(
    settings.REDIS_URL,
    socket_timeout=ANSWER_SECONDS,
    socket_connect_timeout=ANSWER_SECONDS,
    retry=Retry(NoBackoff(), 1),
    decode_responses=True,
)


def is_fresh(mark: str) -> bool:
    """Return whether this mark was left in the last `FRESH_SECONDS`. Raises `RedisError`."""
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


@shared_task(name=TASK, ignore_result=True)
def arrive(**_later_arguments: object) -> None:
    """Leave the mark of the general worker."""
    _leave(WORKER)


@shared_task(name=SPEECH_TASK, ignore_result=True)
def arrive_at_speech(**_later_arguments: object) -> None:
    """Leave the mark of the speech worker, with whether it has an engine."""
    _leave_speech()


def captions_are_heard() -> None:
    """Leave the mark of the captions ingest, which reports that it looks after its Spaces. Raises `RedisError`."""
    _leave(CAPTIONS)


@worker_ready.connect(weak=False)
def _worker_is_ready(sender: Any, **_signal: Any) -> None:
    taken = sender.app.amqp.queues.consume_from
    if "speech" in taken:
        _leave_speech()
    elif not {"outside", "notify"} & set(taken):  # these workers do not count as the general worker
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
    # A key that expires by itself: clocks of two machines need not be compared.
    redis.set(mark, state, ex=FRESH_SECONDS)
