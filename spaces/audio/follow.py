"""Bring the mixer in line with the database, one Space at a time.

`follow(space_id)` may be called from anywhere after a commit and returns at once. A thread reads what is true by then,
corrects the gateway, and reads again. So a change that comes meanwhile, in this process or another, is not missed. Many
calls for one Space become one. A failure is left to the next change, the reconnection or the periodic task.
"""

import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from typing import TypeVar

from django.db import DatabaseError

from spaces import selectors
from spaces.audio import talking
from spaces.audio.gateways import pool
from spaces.audio.rooms import Present, converge, present_in
from spaces.gateway.errors import GatewayError
from spaces.gateway.pool import Call
from spaces.selectors import Mix
from spaces_project.common.threads import with_database

T = TypeVar("T")

logger = logging.getLogger(__name__)

DEADLINE_SECONDS = 10.0
_THREADS = 4


class Follower:
    """A queue of Spaces whose mixer must be checked, and the threads that do it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: set[int] = set()
        self._busy: set[int] = set()
        self._jobs: set[Future[None]] = set()
        self._threads: ThreadPoolExecutor | None = None

    def follow(self, space_id: int) -> None:
        """Ask for a check of this Space. Return at once."""
        with self._lock:
            self._waiting.add(space_id)
            if space_id in self._busy:
                return
            self._busy.add(space_id)
            if self._threads is None:
                self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="audio-follow")
            job = self._threads.submit(with_database, self._work, space_id)
            self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)

    def drain(self, *, timeout: float) -> bool:
        """Wait for everything asked so far. Return False if `timeout` seconds were not enough."""
        return not wait(tuple(self._jobs), timeout).not_done

    def _work(self, space_id: int) -> None:
        while self._take(space_id):
            try:
                bring_in_line(space_id)
            except (GatewayError, DatabaseError) as error:
                logger.warning("audio of Space %s does not follow yet: %s", space_id, error)
            except Exception:  # after any error the Space must not stay busy for ever
                logger.exception("audio of Space %s does not follow", space_id)

    def _take(self, space_id: int) -> bool:
        """Take the request for this Space. If there is none, mark the Space as not busy and return False."""
        with self._lock:
            if space_id in self._waiting:
                self._waiting.discard(space_id)
                return True
            self._busy.discard(space_id)
            return False


def bring_in_line(space_id: int) -> None:
    """Correct the mixer room of one Space. Raise `GatewayError` if the gateway is away.

    1. Ask the mixer who is in the room.
    2. Ask the database who should be.
    3. Correct the mixer.
    4. Look again.

    The order matters, because a microphone is in the database before it is in the mixer. A participant that the mixer
    had first and the database does not know later is a ghost. A participant who has just come is never taken for one.
    """
    done: Mix | None = None
    while (mix := selectors.mix(space_id)) is not None and mix != done:
        present = _ask(mix, partial(present_in, room=mix.room))
        done = selectors.mix(space_id) or mix
        apply(done, present)


def apply(mix: Mix, present: Present) -> None:
    """Correct the display of who talks, and the mixer room. `present` must be read before `mix`."""
    talking.keep_only(mix, present or ())
    _ask(mix, partial(converge, mix=mix, present=present))


def _ask(mix: Mix, call: Call[T]) -> T:
    return pool().run(mix.gateway, call, timeout=DEADLINE_SECONDS)


_follower = Follower()
follow = _follower.follow
drain = _follower.drain
