"""Queues jobs for the workers."""

import logging
from typing import Any

from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def queue_or_log(task: Any, *arguments: Any) -> None:
    """Queue a Celery task. If the broker is down, only log it: what already happened must not fail because of it.

    So the task must be one that a periodic task makes up for, or that may be lost.
    """
    try:
        task.delay(*arguments)
    except OperationalError as error:
        logger.warning("%s%r is not queued: %s", task.name, arguments, error)
