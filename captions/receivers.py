"""What captions do when something happens: jobs are sent, and with the queue away they are found in the database."""

import logging
from typing import Any

import redis
from django.dispatch import receiver
from kombu.exceptions import OperationalError

from captions import drafts, tasks
from captions.events import publish_misheard
from captions.models import Utterance
from captions.signals import interim_heard, utterance_waits
from spaces.signals import misheard

logger = logging.getLogger(__name__)


@receiver(utterance_waits)
def send_job(utterance_id: int, **kwargs: Any) -> None:
    try:
        tasks.transcribe.delay(utterance_id)
    except OperationalError as error:
        logger.warning("utterance %s not sent yet: %s", utterance_id, error)


@receiver(misheard)
def tell_host_and_speaker(space_id: int, caption_id: int, **kwargs: Any) -> None:
    """Nobody else: the line may be right, and then the claim is one more wrong thing said."""
    utterance = Utterance.objects.select_related("space", "speaker").filter(pk=caption_id, space=space_id).first()
    if utterance is not None:
        publish_misheard(utterance)


@receiver(interim_heard)
def send_interim(utterance_id: int, revision: int, **kwargs: Any) -> None:
    """One at a time: whoever is late reads the newest sound."""
    try:
        if drafts.ask(utterance_id):
            tasks.interim.delay(utterance_id, revision)
    except (OperationalError, redis.RedisError) as error:
        logger.warning("no interim of utterance %s: %s", utterance_id, error)
