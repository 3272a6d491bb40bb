"""Sends jobs when captions change. Jobs that cannot be sent while the queue is away are found in the database later."""

import logging
from typing import Any

import redis
from django.dispatch import receiver

from captions import interim_audio, tasks
from captions.events import publish_misheard
from captions.models import Utterance
from captions.signals import interim_heard, utterance_waits
from spaces.events.signals import misheard
from spaces_project.common.jobs import queue_or_log

logger = logging.getLogger(__name__)


@receiver(utterance_waits)
def send_job(utterance_id: int, **kwargs: Any) -> None:
    queue_or_log(tasks.transcribe, utterance_id)


@receiver(misheard)
def tell_host_and_speaker(space_id: int, caption_id: int, **kwargs: Any) -> None:
    """Tell the host and the speaker only. The line may be right, and then the claim is one more wrong thing said."""
    utterance = Utterance.objects.select_related("space", "speaker").filter(pk=caption_id, space=space_id).first()
    if utterance is not None:
        publish_misheard(utterance)


@receiver(interim_heard)
def send_interim(utterance_id: int, revision: int, **kwargs: Any) -> None:
    """Queue one interim at a time. A worker that is late reads the newest sound."""
    try:
        if interim_audio.ask(utterance_id):
            queue_or_log(tasks.interim, utterance_id, revision)
    except redis.RedisError as error:
        logger.warning("no interim of utterance %s: %s", utterance_id, error)
