"""Turns sound into text. Every task may run twice.

Queue `speech` has utterances, `speech.interim` what is still being spoken (`CELERY_TASK_ROUTES`); workers take the
first before the second.
"""

import contextlib
import logging
import os
import threading
import time
from collections.abc import Iterator
from typing import Any, Final

import redis
from celery import shared_task
from celery.signals import worker_ready

from captions import interim_audio, services, tongues
from captions.engines import EngineMissing, engine
from captions.languages import AUTOMATIC
from captions.models import Utterance
from captions.services import Claim
from captions.services.jobs import CLAIM
from captions.states import UtteranceState
from spaces_project.common.store import store
from spaces_project.common.threads import with_database

logger = logging.getLogger(__name__)

ENGINE_SECONDS: Final = 180
"""An engine that works for so long on 15 s of sound hangs. A thread cannot be ended, so its process ends itself, and
the attempt counts."""
_HUNG_STATUS: Final = 70
SPEECH_QUEUE: Final = "speech"
_BROKER_KEY: Final = f"celery:{SPEECH_QUEUE}"
TELLING_BYTES: Final = 2 * 16_000 * 2
"""Two seconds of sound."""
_EXTENDS_EVERY_SECONDS: Final = CLAIM.total_seconds() / 3


@worker_ready.connect(weak=False)
def load_engine(sender: Any, **_signal: Any) -> None:
    """Load the model before the first person speaks, once for all threads of this worker."""
    if SPEECH_QUEUE not in sender.app.amqp.queues.consume_from:
        return
    try:
        engine()
    except EngineMissing as error:
        logger.error("captions have no engine: %s", error)  # noqa: TRY400 - where it was raised says nothing


@shared_task(ignore_result=True)
def transcribe(utterance_id: int, **_: Any) -> None:
    claim = services.claim(utterance_id=utterance_id)
    if claim is None:
        return
    began = time.monotonic()
    try:
        with _alive(claim):
            chosen = engine()
            found = chosen.transcribe(
                claim.pcm,
                language=_language(claim),
                expected=claim.expected,
                names=claim.names,
                translate=claim.translate,
            )
    except Exception as error:  # whatever a speech library raises: the row says so, and is tried again
        logger.exception("utterance %s was not understood", utterance_id)
        services.fail(claim, error=f"{type(error).__name__}: {error}")
        return
    if found.is_sure:
        _remember_language(claim, found.language)
    took = int((time.monotonic() - began) * 1000)
    services.complete(
        claim,
        words=found.words,
        language=found.language,
        translation=found.translation,
        engine=chosen.name,
        engine_ms=took,
    )


@shared_task(ignore_result=True, acks_late=False, expires=3)
def interim(utterance_id: int, revision: int, **_: Any) -> None:
    """Show an interim, unless utterances wait. `revision`: of the sound that asked; there may be more by now."""
    try:
        _show_interim(utterance_id, revision)
    finally:  # not before: two at a time would keep a finished utterance waiting
        interim_audio.asked_no_more(utterance_id)


@shared_task(ignore_result=True, expires=10)
def mend(**_: Any) -> None:
    services.recover_abandoned()
    services.queue_again(queued=utterances_queued())
    services.tell_lateness()


def _show_interim(utterance_id: int, revision: int) -> None:
    pcm = interim_audio.read(utterance_id)
    if pcm is None or utterances_queued():
        return
    utterance = Utterance.objects.filter(pk=utterance_id, state=UtteranceState.OPEN).first()
    language = _language(utterance) if utterance is not None else None
    if language is None:  # finding it out takes longer than a draft may
        return
    before = interim_audio.agreement(utterance_id)
    now = before.after(engine().draft(pcm, language=language, after=before.shown))
    interim_audio.keep_agreement(utterance_id, now)
    if now.shown != before.shown:
        services.show_interim(utterance_id=utterance_id, text=now.shown, revision=max(revision, len(pcm) // 32))


def _language(spoken: Claim | Utterance) -> str | None:
    """Return what the host chose or what this speaker was found to speak; None until that is known."""
    if spoken.language != AUTOMATIC:
        return spoken.language
    try:
        return tongues.known(space_id=spoken.space_id, user_id=spoken.speaker_id)
    except redis.RedisError:
        return None


def _remember_language(claim: Claim, language: str) -> None:
    """Store the language if the engine is sure of it. A short first word tells too little; the next one decides."""
    if claim.language != AUTOMATIC or len(claim.pcm) < TELLING_BYTES:
        return
    with contextlib.suppress(redis.RedisError):
        tongues.remember(space_id=claim.space_id, user_id=claim.speaker_id, language=language)


def utterances_queued() -> int:
    """Return how many jobs no worker has taken yet."""
    return int(store().llen(_BROKER_KEY))


@contextlib.contextmanager
def _alive(claim: Claim) -> Iterator[None]:
    """Extend the claim for as long as the engine works. It ends with the process."""
    done = threading.Event()

    def extend() -> None:
        hangs_at = time.monotonic() + ENGINE_SECONDS
        while not done.wait(_EXTENDS_EVERY_SECONDS):
            if time.monotonic() > hangs_at:
                logger.critical("the engine hangs over utterance %s: this process ends", claim.utterance_id)
                os._exit(_HUNG_STATUS)
            with_database(services.extend, claim)

    thread = threading.Thread(target=extend, name="captions-claim", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
