"""A task that goes from beat through the broker to a worker, and leaves a mark at both ends.

A worker that lives but takes no tasks (seen after Redis restarts, celery #8030) leaves no mark, and neither does a hung
beat.
"""

from typing import Any, Final

from celery import shared_task
from celery.signals import after_task_publish, beat_init, task_prerun, worker_ready
from django.conf import settings

from captions.engines import why_missing
from spaces_project.common.heartbeat import BEAT, NO_ENGINE, NOTIFY, SLOW_SECONDS, SPEECH, WORKER, leave

TASK: Final = "spaces_project.heartbeat.arrive"
SPEECH_TASK: Final = "spaces_project.heartbeat.arrive_at_speech"
NOTIFY_TASK: Final = "spaces_project.heartbeat.arrive_at_notify"


@shared_task(name=TASK, ignore_result=True)
def arrive(**_later_arguments: object) -> None:
    """Leave the mark of the general worker."""
    leave(WORKER)


@shared_task(name=SPEECH_TASK, ignore_result=True)
def arrive_at_speech(**_later_arguments: object) -> None:
    """Leave the mark of the speech worker, with whether it has an engine."""
    _leave_speech()


@shared_task(name=NOTIFY_TASK, ignore_result=True)
def arrive_at_notify(**_later_arguments: object) -> None:
    """Leave the mark of the worker that tells followers."""
    leave(NOTIFY)


@task_prerun.connect(weak=False)
def _task_starts(task: Any, **_signal: Any) -> None:
    """Leave a longer mark when a notice starts: a slow push service may hold all processes of the worker for 40 s."""
    queue = settings.CELERY_TASK_ROUTES.get(task.name, {}).get("queue", "")
    if queue.partition(".")[0] == "notify" and task.name != NOTIFY_TASK:
        leave(NOTIFY, seconds=SLOW_SECONDS)


@worker_ready.connect(weak=False)
def _worker_is_ready(sender: Any, **_signal: Any) -> None:
    taken = sender.app.amqp.queues.consume_from
    if "speech" in taken:
        _leave_speech()
    elif "notify" in taken:
        leave(NOTIFY)
    elif not {"outside", "sound"} & set(taken):  # these workers do not count as the general worker
        leave(WORKER)


@beat_init.connect(weak=False)
def _beat_is_ready(**_signal: Any) -> None:
    leave(BEAT)


@after_task_publish.connect(sender=TASK, weak=False)
def _beat_has_sent(**_signal: Any) -> None:
    leave(BEAT)


def _leave_speech() -> None:
    leave(SPEECH, NO_ENGINE if why_missing() else "ok")
