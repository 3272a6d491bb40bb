"""Turning sound into text, and what keeps that going. Every task may run twice.

Queue `speech` has utterances, `speech.interim` what is still being spoken (`CELERY_TASK_ROUTES`); workers take the
first before the second.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Iterator
from typing import Any, Final

from celery import shared_task

from captions import drafts, services
from captions.engines import engine
from captions.models import Utterance
from captions.services import Claim
from captions.services.jobs import CLAIM
from captions.states import UtteranceState
from captions.words import joined
from spaces_project.common.store import store
from spaces_project.common.threads import with_database

logger = logging.getLogger(__name__)

ENGINE_SECONDS: Final = 180
"""An engine that works for so long on 15 s of sound hangs: its process is killed, and the attempt counts."""
_BROKER_KEY: Final = "celery:speech"
_EXTENDS_EVERY_SECONDS: Final = CLAIM.total_seconds() / 3


@shared_task(ignore_result=True, time_limit=ENGINE_SECONDS)
def transcribe(utterance_id: int, **_: Any) -> None:
    claim = services.claim(utterance_id=utterance_id)
    if claim is None:
        return
    began = time.monotonic()
    try:
        with _alive(claim):
            chosen = engine(claim.language)
            words = chosen.transcribe(claim.pcm)
    except Exception as error:  # whatever a speech library raises: the row says so, and is tried again
        logger.exception("utterance %s was not understood", utterance_id)
        services.fail(claim, error=f"{type(error).__name__}: {error}")
        return
    services.complete(claim, words=words, engine=chosen.name, engine_ms=int((time.monotonic() - began) * 1000))


@shared_task(ignore_result=True, acks_late=False, expires=3)
def interim(utterance_id: int, revision: int, **_: Any) -> None:
    """Left out while utterances wait. `revision`: of the sound that asked; there may be more by now."""
    try:
        _show_interim(utterance_id, revision)
    finally:  # not before: two at a time would keep a finished utterance waiting
        drafts.asked_no_more(utterance_id)


@shared_task(ignore_result=True, expires=10)
def mend(**_: Any) -> None:
    services.recover_abandoned()
    services.queue_again(queued=utterances_queued())


def _show_interim(utterance_id: int, revision: int) -> None:
    pcm = drafts.read(utterance_id)
    if pcm is None or utterances_queued():
        return
    utterance = Utterance.objects.filter(pk=utterance_id, state=UtteranceState.OPEN).first()
    if utterance is not None:
        words = engine(utterance.language).transcribe(pcm)
        services.show_interim(utterance_id=utterance_id, text=joined(words), revision=max(revision, len(pcm) // 32))


def utterances_queued() -> int:
    """How many jobs no worker has taken yet."""
    return int(store().llen(_BROKER_KEY))


@contextlib.contextmanager
def _alive(claim: Claim) -> Iterator[None]:
    """Extends the claim for as long as the engine works; with the process it ends."""
    done = threading.Event()

    def extend() -> None:
        while not done.wait(_EXTENDS_EVERY_SECONDS):
            with_database(services.extend, claim)

    thread = threading.Thread(target=extend, name="captions-claim", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
