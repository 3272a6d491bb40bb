"""Writes utterances to the database as rows and jobs, on a thread of its own because a database may make it wait.

Its queue is bounded. Interims that find it half full are left out; utterances that find it full are lost and counted.
The ingest goes on with what is said now.
"""

import logging
import queue
import threading
import time
from dataclasses import dataclass, field
from typing import Final

import redis
from django.db import DatabaseError

from captions import interim_audio, services
from captions.ingest.voices import Speaker, Utterance
from captions.models import Utterance as Row
from captions.signals import interim_heard
from spaces.models import Space
from spaces_project.common.errors import ProductError
from spaces_project.common.threads import with_database

logger = logging.getLogger(__name__)

CAPACITY: Final = 64
TRIES: Final = 3
_PAUSE_SECONDS: Final = 0.5


@dataclass
class UtteranceWriter:
    lost: int = 0
    """Utterances that could not be written down."""
    _queue: "queue.Queue[Utterance | None]" = field(default_factory=lambda: queue.Queue(CAPACITY))
    _open: dict[tuple[Speaker, int], int] = field(default_factory=dict)
    """Ids of utterances that are being spoken."""

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="captions-scribe", daemon=True)
        self._thread.start()

    def tell(self, utterance: Utterance) -> None:
        """Queue an utterance for writing. Never waits."""
        if not utterance.heard.ended and self._queue.qsize() > CAPACITY // 2:
            return
        try:
            self._queue.put_nowait(utterance)
        except queue.Full:
            self.lost += utterance.heard.ended

    def close(self, *, timeout: float) -> None:
        """Stop the thread, after it has written what is queued if there is time."""
        self._queue.put(None)
        self._thread.join(timeout)

    def _run(self) -> None:
        while (utterance := self._queue.get()) is not None:
            for attempt in range(TRIES):
                if self._is_done(utterance):
                    break
                time.sleep(_PAUSE_SECONDS * (attempt + 1))
            else:
                self.lost += utterance.heard.ended

    def _is_done(self, utterance: Utterance) -> bool:
        """Return whether nothing is left to do for this utterance: it is written, or the rules refuse it. False if the
        database is away."""
        try:
            with_database(self._write, utterance)
        except ProductError as error:
            logger.info("an utterance is not captioned: %s", error.code)
        except redis.RedisError as error:  # an interim; the utterance itself needs no Redis
            logger.warning("an interim is left out: %s", error)
        except DatabaseError as error:
            logger.warning("an utterance waits for the database: %s", error)
            return not utterance.heard.ended
        except Exception:  # whatever it is, the next utterance is written down
            logger.exception("an utterance was not written down")
            self.lost += utterance.heard.ended
        return True

    def _write(self, utterance: Utterance) -> None:
        heard, key = utterance.heard, (utterance.speaker, utterance.heard.start_ms)
        row_id = self._open.get(key) or self._begin(utterance)
        if heard.ended:
            services.end_utterance(utterance_id=row_id, end_ms=heard.end_ms, pcm=heard.pcm)
            self._open.pop(key, None)
            interim_audio.forget(row_id)
        else:
            self._open[key] = row_id
            interim_audio.keep(row_id, heard.pcm)
            interim_heard.send(Row, utterance_id=row_id, revision=heard.end_ms - heard.start_ms)

    def _begin(self, utterance: Utterance) -> int:
        speaker = utterance.speaker
        space = Space.objects.get(pk=speaker.space_id)
        row = services.begin_utterance(
            space=space, speaker_id=speaker.user_id, start_ms=utterance.heard.start_ms, epoch=speaker.epoch
        )
        return row.pk
